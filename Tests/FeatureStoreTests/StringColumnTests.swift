import FeatureStore
import Testing

/// A column of strings behaves as an array of them.
@Suite struct StringColumnTests {
    @Test func holdsWhatWasAppended() {
        var column = StringColumn(["a", "", "Où?", "🙂"])
        column.append("end")
        #expect(Array(column) == ["a", "", "Où?", "🙂", "end"])
        #expect(column == ["a", "", "Où?", "🙂", "end"])
        #expect(column.longest == 4 && column.offsets == [0, 1, 1, 5, 9, 12])
    }

    @Test(arguments: [0..<0, 0..<1, 1..<3, 3..<3, 2..<4, 4..<4], [[], ["x"], ["longer", "", "é"]])
    func replacesAnyRange(range: Range<Int>, replacement: [String]) {
        let strings = ["a", "", "Où?", "🙂"]
        var (expected, column) = (strings, StringColumn(strings))
        expected.replaceSubrange(range, with: replacement)
        column.replaceSubrange(range, with: replacement)
        #expect(column == StringColumn(expected))
    }

    @Test func changesOneString() {
        var column: StringColumn = ["a", "b", "c"]
        column[1] = "much longer"
        column[2] = ""
        #expect(Array(column) == ["a", "much longer", ""])
        column.removeLast()
        #expect(Array(column) == ["a", "much longer"])
    }
}
