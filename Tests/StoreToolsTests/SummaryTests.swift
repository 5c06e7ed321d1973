import FeatureStore
import Foundation
import StoreTools
import TestSupport
import Testing

@Suite struct SummaryTests {
    @Test func countsAddUp() throws {
        let folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("store.h5"), changing: { $0.labels[0] = -1 })
        let store = try Store(opening: folder.file("store.h5"))
        let summary = try StoreSummary(store)
        #expect(summary.splits.map(\.dialogues) == [6, 2, 3])
        for split in summary.splits {
            #expect(split.classes.reduce(0, +) + split.unlabelled == split.utterances)
            #expect(split.speakers.reduce(0, +) == split.utterances)
            #expect(split.speakersByClass.joined().reduce(0, +) == split.classes.reduce(0, +))
        }
        #expect(summary.splits[0].unlabelled == 1)
        let lengths = store.dialogues(inSplit: "test").map { store.dialogues[$0].range.count }.sorted()
        #expect(summary.splits[2].lengths?.shortest == lengths[0] && summary.splits[2].lengths?.median == lengths[1])
        #expect(summary.features.first?.bytes == 4 * 7 * store.utteranceCount)
    }

    @Test func textFitsEightyColumns() throws {
        let folder = try TemporaryFolder()
        try SyntheticStore().write(
            to: folder.file("store.h5"),
            changing: { manifest in
                manifest.splits[1].origin =
                    "the list of validation dialogues in the file that holds the features of RoBERTa, as it stands there"
                manifest.features[0].extractor =
                    "RoBERTa large, tuned on the training dialogues of COSMIC, its last hidden layer but one"
                manifest.warnings = [
                    "the two files disagree about three labels of dialogue-1, dialogue-2 and dialogue-3; those of the base file stand"
                ]
            })
        let lines = try StoreSummary(Store(opening: folder.file("store.h5"))).text().split(separator: "\n")
        #expect(lines.dropFirst().allSatisfy { $0.count <= 80 }, "\(lines.filter { $0.count > 80 })")
    }
}
