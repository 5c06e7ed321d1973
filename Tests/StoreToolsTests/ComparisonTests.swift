import FeatureStore
import Foundation
import HDF5
import StoreTools
import TestSupport
import Testing

@Suite struct ComparisonTests {
    private func compare(
        _ other: SyntheticStore = SyntheticStore(), options: StoreWriterOptions = StoreWriterOptions(),
        changing: (inout StoreManifest) -> Void = { _ in },
        changingRows: (FeatureDescription, inout [Float]) -> Void = { _, _ in }
    ) throws -> StoreComparison {
        let folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("a.h5"))
        try other.write(to: folder.file("b.h5"), options: options, changing: changing, changingRows: changingRows)
        return try StoreComparison(Store(opening: folder.file("a.h5")), Store(opening: folder.file("b.h5")))
    }

    @Test func equalContentIsEqual() throws {
        let comparison = try compare(options: StoreWriterOptions(compressionLevel: 2), changing: { $0.sources = [] })
        #expect(comparison.isEqual && comparison.text().hasPrefix("equal: "))
    }

    @Test func rowsAreNamed() throws {
        let comparison = try compare(changingRows: { feature, rows in
            guard feature.name == "audio" else { return }
            rows[7 * 2 + 3] += 1
            rows[7 * 2 + 5] -= 4
            rows[7 * 9] = 0
        })
        let difference = try #require(comparison.differences.first)
        #expect(comparison.differences.count == 1)
        #expect(difference.subject == .rows && difference.place == "/features/audio" && difference.count == 2)
        #expect(difference.message.hasPrefix("2 rows differ, in 3 values, by up to 4.0"))
        #expect(difference.examples[0].contains("of dialogue 'dialogue-0', column 3: "))
        let lines = comparison.text().split(separator: "\n")
        #expect(lines.dropFirst(2).allSatisfy { $0.count <= 80 })
    }

    @Test func whatBecameNaNIsSaid() throws {
        func message(_ change: (inout [Float]) -> Void) throws -> String {
            let comparison = try compare(
                options: StoreWriterOptions(refusesNonFiniteValues: false),
                changingRows: { feature, rows in if feature.name == "audio" { change(&rows) } })
            return try #require(comparison.differences.first).message
        }
        #expect(
            try message { $0[3] = .nan }.hasSuffix("in 1 values, 1 of which are NaN in one of the stores or in both"))
        #expect(
            try message { ($0[3], $0[9]) = (.nan, .infinity) }.hasSuffix("in both, the others by up to inf"))
    }

    /// Swift takes a composed letter and its parts for one; the files do not.
    @Test func stringsAreComparedAsBytes() throws {
        let comparison = try compare(changing: { manifest in
            // The sentences of the other store have the composed letter.
            manifest.sentences[4] = manifest.sentences[4].decomposedStringWithCanonicalMapping
            manifest.features[0].extractor = "BERT"
            manifest.features[1].sourceDataType = "float64"
        })
        #expect(
            Set(comparison.differences.map(\.place)) == [
                "/utterances/text_bytes", "/features/text_roberta_1", "/features/text_roberta_2",
            ])
    }

    @Test func labelsBesideTheEmotionsAreCompared() throws {
        func difference(_ one: LabelSet?, _ other: LabelSet?) throws -> [StoreDifference] {
            let folder = try TemporaryFolder()
            for (name, target) in [("a.h5", one), ("b.h5", other)] {
                try SyntheticStore().write(to: folder.file(name), changing: { $0.targets = target.map { [$0] } ?? [] })
            }
            return try StoreComparison(Store(opening: folder.file("a.h5")), Store(opening: folder.file("b.h5")))
                .differences
        }
        let folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("store.h5"))
        let count = try Store(opening: folder.file("store.h5")).utteranceCount
        let zeros = [Int32](repeating: 0, count: count)
        let one = LabelSet(
            name: "sentiment", labelNames: ["low", "high"], labels: zeros, values: zeros.map { _ in .nan })
        #expect(try difference(one, one).isEmpty)
        #expect(try difference(one, nil).map(\.place) == ["/targets/sentiment"])
        var other = one
        other.labels[3] = 1
        other.values?[4] = 0.5
        let told = try #require(try difference(one, other).first)
        #expect(told.subject == .targets && told.count == 2 && told.message == "2 utterances have another label")
        #expect(told.examples.contains { $0.hasSuffix("'low' (nan) and 'high' (nan)") })
        #expect(told.examples.contains { $0.hasSuffix("'low' (nan) and 'low' (0.5)") })
        other = one
        (other.values, other.labelNames) = (nil, ["low", "lofty"])
        #expect(try difference(one, other).map(\.message).first == "its classes are low, high and low, lofty")
        #expect(try difference(one, other).count == 2)
    }

    @Test func tablesAreCompared() throws {
        let comparison = try compare(changing: { manifest in
            manifest.dataset = "OTHER"
            manifest.labelNames[2] = "joy"
            manifest.labels[0] = 1
            manifest.speakers[1] = 1 - manifest.speakers[1]
            manifest.sentences[4] = "Different."
            manifest.utteranceIDs[5] = "else"
            manifest.dialogues[3].split = 2
            (manifest.dialogues[6].sourcePosition, manifest.dialogues[7].sourcePosition) = (7, 6)
        })
        #expect(
            Set(comparison.differences.map(\.place)).isSuperset(of: [
                "/", "/labels/names", "/utterances/label", "/utterances/speaker", "/utterances/text_bytes",
                "/utterances/id",
                "/dialogues/split", "/dialogues/source_order",
            ]))
    }

    @Test func dialoguesAndFeaturesOfOneStoreOnlyAreNamed() throws {
        var other = SyntheticStore()
        (other.visualWidth, other.audioWidth, other.dialogues.test) = (0, 8, 2)
        let comparison = try compare(other)
        let messages = comparison.differences.map(\.message)
        #expect(messages.contains { $0.hasPrefix("only '") })
        #expect(messages.contains("its width is 7 and 8"))
        #expect(
            comparison.differences.contains { $0.subject == .dialogues && $0.examples == ["dialogue 'dialogue-10'"] })
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(comparison.json().utf8)) as? [String: Any])
        #expect(object["equal"] as? Bool == false)
    }

    @Test func damageIsNoDifference() throws {
        let folder = try TemporaryFolder()
        for name in ["a.h5", "b.h5"] { try SyntheticStore().write(to: folder.file(name)) }
        let file = try File(updating: folder.file("b.h5"))
        try file.openDataset("/utterances/text_bytes").write(rows: 0..<1, from: [UInt8(65)])
        try file.close()
        let error = #expect(throws: StoreError.self) {
            _ = try StoreComparison(Store(opening: folder.file("a.h5")), Store(opening: folder.file("b.h5")))
        }
        #expect(error?.reason == .damaged && error?.object == "/utterances/text_bytes")
    }
}
