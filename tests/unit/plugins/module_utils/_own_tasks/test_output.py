# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of an output, the progress in it, and the text for the vCenter."""

from __future__ import annotations

import re

import pytest

from ansible_collections.vijson.tasks.plugins.module_utils._own_tasks.output import (
    LastMatch,
    OutputEnd,
    last_lines,
    percentage,
    shown_text,
)


def end(*chunks: bytes, size: int = 20) -> tuple[str, bool]:
    output = OutputEnd(size)
    for chunk in chunks:
        output.add(chunk)
    return output.text()


@pytest.mark.parametrize(
    ("chunks", "text"),
    [
        ([], ""),
        ([b"one\n", b"two\r\n\n"], "one\ntwo"),
        ([b"\xc3", b"\xbc\xff\xfe!"], "ü\ufffd\ufffd!"),
        ([b"x" * 20], "x" * 20),
    ],
)
def test_a_short_output_is_kept_completely(chunks: list[bytes], text: str) -> None:
    assert end(*chunks) == (text, False)


@pytest.mark.parametrize("chunk", [1, 7, 30, 1000])
def test_a_long_output_is_cut_to_its_last_whole_lines(chunk: int) -> None:
    data = b"".join(b"line %d\n" % number for number in range(100))
    chunks = [data[start : start + chunk] for start in range(0, len(data), chunk)]
    kept = "line 98\nline 99"
    note = f"[truncated: the first {len(data) - len(kept) - 1} bytes are left out]"
    assert end(*chunks) == (f"{note}\n{kept}", True)


def test_one_long_line_is_cut() -> None:
    assert end(b"x" * 50 + b"\n") == ("[truncated: the first 31 bytes are left out]\n" + "x" * 19, True)
    assert end(b"x" * 95 + b"\xbc" + b"y" * 19) == (
        "[truncated: the first 95 bytes are left out]\n\ufffd" + "y" * 19,
        True,
    )


@pytest.mark.parametrize("length", [1, 18, 19])
def test_a_cut_in_a_line_keeps_the_lines_after_it(length: int) -> None:
    text = "y" * length
    assert end(b"x" * 30 + b"\n" + text.encode()) == (f"[truncated: the first 31 bytes are left out]\n{text}", True)


@pytest.mark.parametrize("after", [b"\n\n", b"\ndone\n"])
def test_a_long_line_before_others_is_cut_and_kept(after: bytes) -> None:
    data = b"x" * 3_000_000 + after
    text, truncated = end(data, size=1_000_000)
    note, kept = text.split("\n", 1)
    assert (note, truncated) == (f"[truncated: the first {2_000_000 + len(after)} bytes are left out]", True)
    assert kept == data[-1_000_000:].decode().rstrip()


def test_the_bytes_that_are_left_out_are_counted_in_chunks_of_any_size() -> None:
    text, _truncated = end(b"a" * 5, b"b" * 30, b"c" * 19)
    assert text == "[truncated: the first 34 bytes are left out]\nb" + "c" * 19


def test_a_huge_output_is_not_kept_in_memory() -> None:
    output = OutputEnd(1000)
    for _chunk in range(1000):
        output.add(b"x" * 999)
    assert sum(map(len, output._chunks)) < 3000
    assert output.text()[0].startswith("[truncated: the first 998000 bytes are left out]\nxxx")


def matched(pattern: str, *chunks: tuple[str, bytes], size: int = 1000) -> str | None:
    """What is the last match after a look at each of the chunks."""
    match = LastMatch(re.compile(pattern))
    outputs = {"stdout": OutputEnd(size), "stderr": OutputEnd(size)}
    for name, data in chunks:
        outputs[name].add(data)
        for output in outputs.items():
            match.look(*output)
    return match.text


@pytest.mark.parametrize(
    ("chunks", "text"),
    [
        ([("stdout", b"nothing\n")], None),
        ([("stdout", b"10%\n20%\nnothing\n")], "20"),
        ([("stdout", b"10%\r20%\r")], "20"),
        ([("stdout", b"10% 20% 30% and so on")], "30"),
        ([("stdout", b"1"), ("stdout", b"7"), ("stdout", b"%")], "17"),
        ([("stdout", b"1"), ("stderr", b"50%\n"), ("stdout", b"7%")], "17"),
        ([("stderr", b"50%"), ("stdout", b"60%\n"), ("stdout", b"nothing\n")], "60"),
        ([("stdout", b"\xff\xfe 40%\n")], "40"),
        ([("stdout", b"\x1b[1m4\x1b[0m0%\n")], "40"),
        ([("stdout", b"." * 100_000 + b"40%"), ("stdout", b"." * 10)], "40"),
        ([("stdout", b"40%\n" + b".\n" * 50_000)], None),
        ([("stdout", b"." * 200_000), ("stdout", b"." * 200_000), ("stdout", b"40%")], "40"),
    ],
)
@pytest.mark.parametrize("size", [1000, 100_000])
def test_the_last_match_in_the_output_is_found(chunks: list[tuple[str, bytes]], text: str | None, size: int) -> None:
    assert matched(r"(\d+)%", *chunks, size=size) == text


def test_new_output_begins_after_a_position() -> None:
    output = OutputEnd(20)
    output.add(b"x" * 30)
    output.add(b"y" * 30)
    assert output.after(55, 10) == (b"y" * 5, 60)
    assert output.after(40, 10) == (b"y" * 10, 60)
    assert output.after(60, 10) == (b"", 60)


def test_searched_output_is_not_searched_again() -> None:
    match, output = LastMatch(re.compile("(a)|(b)")), OutputEnd()
    for data in (b"a\n", b"b\n"):
        output.add(data)
        match.look("stdout", output)
    match.text = None
    output.add(b"c\n")
    match.look("stdout", output)
    assert match.text is None


def test_one_byte_of_output_is_searched() -> None:
    assert matched(r"(\d)", ("stdout", b"7")) == "7"


def test_a_match_without_its_group_is_ignored() -> None:
    assert matched(r"(?:step (\d+)|end)", ("stdout", b"step 3\nend\n")) == "3"
    assert matched(r"(?:step (\d+)|end)", ("stdout", b"step 3, end\n")) == "3"


@pytest.mark.parametrize(
    ("text", "percent"),
    [
        (None, None),
        ("42", 42),
        (" 42.9 % ", 42),
        ("42,5", 42),
        ("0", 0),
        ("100.0", 100),
        ("101", None),
        ("-1", None),
        ("nan", None),
        ("x", None),
    ],
)
def test_percentages_are_parsed(text: str | None, percent: int | None) -> None:
    assert percentage(text) == percent


def test_shown_text_has_no_control_characters() -> None:
    assert shown_text("\x1b[1;31mred\x1b[0m\tand \x1b]0;title\x07\x00blue\u2028\u202e") == "red and  blue"
    assert shown_text("x" * 200) == "x" * 200
    assert shown_text("x" * 201) == "x" * 200 + "…"


def test_the_last_lines_are_joined_and_shortened() -> None:
    assert last_lines("") == last_lines(" \n\r\n") == ""
    assert last_lines("first\n\n  \x1b[31msecond\x1b[0m\r\nthird\n") == "first | second | third"
    assert last_lines("".join(f"{number}\n" for number in range(50))).split(" | ") == list(map(str, range(40, 50)))
    assert last_lines("x" * 1000) == "x" * 1000
    assert last_lines("x" * 1001) == last_lines("a\n" + "x" * 5000) == "…" + "x" * 1000
