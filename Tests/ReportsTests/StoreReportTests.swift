import FeatureStore
import Foundation
import TestSupport
import Testing

@testable import Reports

@Suite struct StoreReportTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func store(
        _ synthetic: SyntheticStore = SyntheticStore(), changing: (inout StoreManifest) -> Void = { _ in },
        rows: (FeatureDescription, inout [Float]) -> Void = { _, _ in }
    ) throws -> Store {
        try synthetic.write(
            to: folder.file("store.h5"), options: StoreWriterOptions(refusesNonFiniteValues: false), changing: changing,
            changingRows: rows)
        return try Store(opening: folder.file("store.h5"))
    }

    @Test func transitionsAreCountedWithinDialogues() throws {
        var synthetic = SyntheticStore()
        synthetic.dialogues = (train: 2, valid: 0, test: 0)
        synthetic.utterances = 4...4
        let transitions = Transitions(
            try store(synthetic) { manifest in
                manifest.labels = [0, 1, 1, 2, 2, -1, 0, 0]
                manifest.speakers = [0, 1, 0, 1, 0, 0, 1, 0]
            })
        #expect(transitions.turns == [[1, 1, 0], [0, 1, 1], [0, 0, 0]])
        // 0→1 of the first speaker, 1→2 of the second; an utterance without a class stands between the others.
        #expect(transitions.speakers == [[0, 1, 0], [0, 0, 1], [0, 0, 0]])
    }

    @Test func normsOutliersAndRepeatedRows() throws {
        var synthetic = SyntheticStore()
        synthetic.dialogues = (train: 3, valid: 0, test: 2)
        synthetic.utterances = 4...4
        let store = try store(
            synthetic,
            rows: { feature, rows in
                guard feature.name == "audio" else { return }
                for row in 0..<20 {
                    for column in 0..<7 { rows[row * 7 + column] = column == 0 ? 3 + Float(row) / 100 : 0 }
                }
                rows[4 * 7 + 1] = 400
                rows[5 * 7 + 2] = .nan
                for column in 0..<7 { rows[6 * 7 + column] = 0 }
                // Equal to rows of train: one in train, one in test.
                for (to, from) in [(7, 0), (15, 1)] {
                    for column in 0..<7 { rows[to * 7 + column] = rows[from * 7 + column] }
                }
            })
        let splits = (0..<20).map { Int32($0 < 12 ? 0 : 2) }
        let audio = try FeatureRows(store.feature(named: "audio")!, of: store, splits: splits)
        #expect(audio.nonFinite == 1 && audio.zeros == 1 && audio.norms.count == 19)
        #expect(audio.repeated == 2 && audio.repeatedAcrossSplits == 1)
        #expect(audio.outliers.map(\.row) == [4, 6])
        #expect(abs(audio.outliers[0].norm - (400 * 400 + 3.04 * 3.04).squareRoot()) < 1e-3)
        #expect(abs(try #require(audio.median) - 3.1) < 1e-6)
        let visual = try FeatureRows(store.feature(named: "visual")!, of: store, splits: splits)
        #expect(visual.repeated == 0 && visual.zeros == 0 && visual.outliers.isEmpty)
    }

    @Test func aPageOfAStore() throws {
        let store = try store(changing: { manifest in
            var sentences = manifest.sentences.map { $0 }
            let last = sentences.count - 1
            for row in [0, 1, last] { sentences[row] = FigureTests.hostile }
            manifest.sentences = StringColumn(sentences)
            manifest.speakerNames[0] = "<b>Ann"
            manifest.labels[0] = -1
        })
        let report = try Report(of: store, toolVersion: "7")
        let html = report.html
        for id in ["store", "classes", "lengths", "transitions", "features", "sentences", "findings"] {
            #expect(html.contains("<section id=\"\(id)\""), "\(id)")
        }
        #expect(html.contains(store.contentID) && html.contains("nothing.pkl") && html.contains("&lt;b&gt;Ann"))
        #expect(
            html.contains("1 sentences are said more than once, in 3 utterances; 1 of them in more than one split."))
        #expect(html.contains("1 utterances have no class.") && html.contains("I202"))
        for tag in ["<script", "<img", "<b>", "{{", "http:"] { #expect(!html.contains(tag), "\(tag)") }
        let ids = html.matches(of: /\sid="([^"]*)"/).map { String($0.1) }
        #expect(Set(ids).count == ids.count)
        #expect(report.figures.allSatisfy { Elements($0.file) != nil })
        // Two of classes, one of lengths for each split, two of transitions, one of norms for each feature.
        #expect(report.figures.count == 2 + 3 + 2 + 6)
    }
}
