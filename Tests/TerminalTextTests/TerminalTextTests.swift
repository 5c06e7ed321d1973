import Testing

@testable import TerminalText

/// What is printed of names that files hold.
@Suite struct TerminalTextTests {
    @Test(arguments: [
        ("plain.h5", "plain.h5"), ("naïve 日本 👩‍🚀", "naïve 日本 👩‍🚀"), ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\u{1B}[31mred", "\\u{1B}[31mred"),
        ("bell\u{7}, zero\0", "bell\\u{7}, zero\\u{0}"), ("\u{9B}31m", "\\u{9B}31m"),
        ("abc\u{202E}5h.", "abc\\u{202E}5h."),
        ("a\u{2028}b\u{2066}c\u{200B}d\u{FEFF}", "a\\u{2028}b\\u{2066}c\\u{200B}d\\u{FEFF}"), ("\r\n", "\\r\\n"),
    ])
    func whatSteersATerminalIsShown(text: String, shown: String) {
        #expect(text.escapedForTerminal.utf8.elementsEqual(shown.utf8))
    }

    @Test func ownLinesAreKept() {
        #expect("one\ntwo\u{1B}".linesEscapedForTerminal == "one\ntwo\\u{1B}")
    }

    @Test func columnsAreThoseOfATerminal() {
        #expect("naïve".terminalColumns == 5)
        #expect("nai\u{308}ve".terminalColumns == 5)
        #expect("日本".terminalColumns == 4)
        #expect("日本語".fitted(to: 5) == "日本…")
        #expect("abc".fitted(to: 3) == "abc" && "abcd".fitted(to: 3) == "ab…" && "ab".fitted(to: 0) == "")
    }

    @Test func wordsAreNotBroken() {
        let lines = TextWrap.lines("one two\u{7} three", indent: "- ", hanging: "  ", width: 12)
        #expect(lines == ["- one", "  two\\u{7}", "  three"])
    }

    @Test func tablesAreAligned() {
        var table = TextTable([.left("name", atMost: 6), .right("F1", atLeast: 5), .left("")], indent: " ")
        table.add(["日本", "1.0", "x"])
        table.add(["a\nb", "12.25"])
        table.add(["neutral state", "", ""])
        #expect(table.lines == [" name       F1", " 日本      1.0  x", " a\\nb    12.25", " neutr…"])
    }
}
