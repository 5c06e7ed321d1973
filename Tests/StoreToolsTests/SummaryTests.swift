import FeatureStore
import Foundation
import HDF5
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

    @Test func labelsBesideTheEmotionsAreCounted() throws {
        let folder = try TemporaryFolder()
        try SyntheticStore().write(
            to: folder.file("store.h5"),
            changing: { manifest in
                let labels = (0..<manifest.utteranceCount).map { Int32($0 % 3) - 1 }
                manifest.targets = [
                    LabelSet(
                        name: "sentiment", labelNames: ["low", "high"], labels: labels,
                        values: labels.map { $0 < 0 ? .nan : 2.5 * Double($0) })
                ]
            })
        let store = try Store(opening: folder.file("store.h5"))
        let summary = try StoreSummary(store)
        struct Told: Decodable {
            struct Target: Decodable {
                let name: String, classes: [String], utterances: [[Int]], unlabelled: [Int], values: [Double]?
            }
            let targets: [Target]
        }
        let told = try JSONDecoder().decode(Told.self, from: Data(summary.json().utf8)).targets[0]
        #expect(told.name == "sentiment" && told.classes == ["low", "high"] && told.values == [0, 2.5])
        for (index, split) in store.splits.enumerated() {
            let rows = store.dialogues(inSplit: split.name).flatMap { Array(store.dialogues[$0].range) }
            #expect(told.utterances[index] == [1, 2].map { kind in rows.count { $0 % 3 == kind } })
            #expect(told.unlabelled[index] == rows.count { $0 % 3 == 0 })
        }
        #expect(summary.text().contains("Utterances of each class of sentiment, of numbers from 0.0 to 2.5\n"))
    }

    /// The writer has no infinite numbers; another one's must not become the bounds, which JSON cannot hold then.
    @Test(arguments: [
        ([1.5, .infinity, .nan, -.infinity, -2], "[-2,1.5]", ", of numbers from -2.0 to 1.5, 2 numbers infinite"),
        ([.nan, .infinity], "null", ", 1 number infinite"), ([.nan, .nan], "null", ""),
    ])
    func numbersThatAreNoneAreNoBounds(first: [Double], bounds: String, words: String) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store.h5")
        try SyntheticStore().write(to: path) { manifest in
            let count = manifest.utteranceCount
            manifest.targets = [
                LabelSet(
                    name: "arousal", labelNames: ["any"], labels: [Int32](repeating: 0, count: count),
                    values: [Double](repeating: .nan, count: count))
            ]
        }
        let values = first + [Double](repeating: .nan, count: SyntheticStore().manifest.utteranceCount - first.count)
        let file = try File(updating: path)
        try file.openDataset(StorePath.targetValues("arousal")).writeAll(values)
        try file.reseal(StorePath.targetValues("arousal"))
        let id = try file.statedContentID(.meaning, datasets: file.contents().datasets)
        try file.write(id, attribute: "content_id")
        try file.close()
        let summary = try StoreSummary(Store(opening: path))
        let json = try #require(try JSONSerialization.jsonObject(with: Data(summary.json().utf8)) as? [String: Any])
        let told = try #require((json["targets"] as? [[String: Any]])?.first)
        let span = try JSONSerialization.data(withJSONObject: told["values"] ?? NSNull(), options: .fragmentsAllowed)
        #expect(String(decoding: span, as: UTF8.self) == bounds)
        let infinite = first.count(where: \.isInfinite)
        #expect(told["infinite_values"] as? Int == (infinite > 0 ? infinite : nil))
        #expect(summary.text().contains("Utterances of each class of arousal\(words)\n"), "\(summary.text())")
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
