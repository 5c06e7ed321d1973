import Testing

@testable import CommandSupport

/// The bar in terminals of any width.
@Suite struct ProgressBarTests {
    private let bar = ProgressBar(
        "epoch 12/60", fraction: 0.5, notes: ["loss 1.2345", "3 min 5 s left", "51.2 steps/s"])

    @Test func itNeverTakesMoreThanTheTerminalHas() {
        for columns in 0...200 {
            #expect(bar.text(columns: columns).count <= columns)
            #expect(ProgressBar("evaluating a very long name").text(columns: columns).count <= columns)
        }
    }

    @Test func theLastNotesGoFirst() {
        #expect(
            bar.text(columns: 79) == "██████░░░░░░  50% epoch 12/60  loss 1.2345  3 min 5 s left  51.2 steps/s")
        #expect(bar.text(columns: 65) == "██████░░░░░░  50% epoch 12/60  loss 1.2345  3 min 5 s left")
        #expect(bar.text(columns: 100).hasSuffix("3 min 5 s left  51.2 steps/s"))
        #expect(bar.text(columns: 45) == "██████░░░░░░  50% epoch 12/60  loss 1.2345")
        #expect(bar.text(columns: 15) == "50% epoch 12/60")
        #expect(bar.text(columns: 8) == "50% epo…")
    }

    @Test func namesDoNotSteerTheTerminal() {
        #expect(ProgressBar("Reading a\u{1B}[2Jb\n.pkl", fraction: 0).text(columns: 79).contains("a\\u{1B}[2Jb\\n.pkl"))
    }

    @Test(arguments: [(0.2, "1 s"), (59, "59 s"), (61, "1 min 1 s"), (7260, "2 h 1 min"), (-1, "0 s")])
    func timesAreForPeople(seconds: Double, text: String) {
        #expect(ProgressBar.duration(seconds) == text)
    }
}
