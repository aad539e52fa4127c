/* Elements of the page. Texts become text nodes, never markup. */

const SVG = "http://www.w3.org/2000/svg";

function byId(id) {
    return document.getElementById(id);
}

/** An element with attributes (null and false leave one out, a function listens) and children (elements or texts). */
function element(tag, attributes = {}, ...children) {
    return filled(document.createElement(tag), attributes, children);
}

function drawn(tag, attributes = {}, ...children) {
    return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(made, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
        if (typeof value === "function") made.addEventListener(name, value);
        else if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children.filter((child) => child !== null));
    return made;
}

function button(label, press, attributes = {}) {
    return element("button", { type: "button", click: press, ...attributes }, label);
}

function badge(task) {
    return element("span", { class: "badge", "data-state": task.state }, STATES[task.state] || task.state);
}

/** A button with the task's type that shows all there is to know about it. */
function taskButton(task) {
    return button(task.type, () => showDetails(task), { class: "link", "aria-haspopup": "dialog" });
}

/** A text of the server within another text, which it cannot turn around. */
function quoted(before, text) {
    return text ? element("span", {}, before, element("bdi", {}, text)) : null;
}

/** A name that may go on in the next line after a sign such as a backslash. */
function breakable(name) {
    const parts = name.split(/(?<=[\\@/._])/);
    return element("bdi", {}, ...parts.flatMap((part, index) => (index ? [element("wbr"), part] : [part])));
}

/** A bar of a share (0 to 1) of the width there is. */
function shareBar(share, state = null) {
    const bar = element("span", { class: "share", "data-state": state, "aria-hidden": "true" });
    bar.style.setProperty("--share", `${(100 * share).toFixed(2)}%`);
    return bar;
}

/** Shows the first items, and a button for the others where there are more. */
function showFirst(list, items, first, render) {
    list.replaceChildren(...items.slice(0, first).map(render));
    const rest = items.length - first;
    if (rest <= 0) return;
    const more = button(`Show ${number(rest)} more`, () => {
        more.remove();
        list.append(...items.slice(first).map(render));
        list.children[first].querySelector("button, summary")?.focus();
    }, { class: "more" });
    (list.closest("table") || list).after(more);
}
