import FeatureStore
import Foundation
import HDF5
import TestSupport
import Testing

@Suite struct StoreWriterTests {
    @Test func readsBackWhatWasWritten() throws {
        let folder = try TemporaryFolder()
        let synthetic = SyntheticStore()
        let manifest = synthetic.manifest
        let written = try synthetic.write(to: folder.file("store.h5"))
        #expect(try folder.names() == ["store.h5"])
        let store = try Store(opening: folder.file("store.h5"))
        #expect(store.contentID == written.contentID)
        #expect(store.dataset == manifest.dataset)
        #expect(store.formatVersion == .current)
        #expect(store.dialogues.map(\.id) == manifest.dialogues.map(\.id))
        #expect(store.dialogues.map(\.split) == manifest.dialogues.map(\.split))
        #expect(store.dialogues.map(\.sourcePosition) == manifest.dialogues.map(\.sourcePosition))
        #expect(store.labels == manifest.labels)
        #expect(store.speakers == manifest.speakers)
        #expect(store.utteranceIDs == manifest.utteranceIDs)
        #expect(store.splits == manifest.splits)
        #expect(store.labelNames == manifest.labelNames)
        #expect(store.speakerNames == manifest.speakerNames)
        #expect(store.provenance?.sources == manifest.sources)
        #expect(try store.sentences(0..<store.utteranceCount) == Array(manifest.sentences))
        #expect(try store.sentence(3) == manifest.sentences[3])
        #expect(store.features == manifest.features.sorted { $0.name < $1.name })
        for feature in manifest.features {
            let rows = synthetic.rows(of: feature, in: manifest)
            #expect(try store.readRows(of: feature.name, 0..<store.utteranceCount) == rows)
            let dialogue = store.dialogues[3].range
            #expect(
                try store.readRows(of: feature.name, dialogue)
                    == Array(rows[dialogue.lowerBound * feature.width..<dialogue.upperBound * feature.width]))
        }
    }

    @Test func sameInputSameBytes() throws {
        let folder = try TemporaryFolder()
        let synthetic = SyntheticStore()
        let first = try synthetic.write(to: folder.file("first.h5"))
        let manifest = synthetic.manifest
        // Dialogue by dialogue instead of feature by feature, and under another name.
        let second = try StoreWriter.write(manifest, to: folder.file("second.h5")) { writer in
            var start = 0
            for dialogue in manifest.dialogues {
                for feature in manifest.features {
                    let rows = synthetic.rows(of: feature, in: manifest)
                    try writer.append(
                        rows: Array(rows[start * feature.width..<(start + dialogue.utteranceCount) * feature.width]),
                        to: feature.name)
                }
                start += dialogue.utteranceCount
            }
        }
        #expect(first.contentID == second.contentID)
        #expect(
            try Data(contentsOf: URL(filePath: folder.file("first.h5")))
                == Data(contentsOf: URL(filePath: folder.file("second.h5"))))
    }

    @Test func contentIDFollowsTheDataOnly() throws {
        let folder = try TemporaryFolder()
        let synthetic = SyntheticStore()
        let plain = try synthetic.write(to: folder.file("plain.h5"))
        let compressed = try synthetic.write(
            to: folder.file("compressed.h5"), options: StoreWriterOptions(compressionLevel: 9))
        let elsewhere = try synthetic.write(
            to: folder.file("elsewhere.h5"),
            changing: {
                $0.sources = []
                $0.toolVersion = "another"
            })
        let changed = try synthetic.write(
            to: folder.file("changed.h5"), changing: { $0.labels[0] = ($0.labels[0] + 1) % 3 })
        #expect(plain.contentID == compressed.contentID)
        #expect(plain.contentID == elsewhere.contentID)
        #expect(plain.contentID != changed.contentID)
        let store = try Store(opening: folder.file("compressed.h5"))
        try store.verify()
        #expect(
            try store.readRows(of: "audio", 0..<2)
                == Store(opening: folder.file("plain.h5")).readRows(of: "audio", 0..<2))
    }

    /// From format 1.1 on the id covers what numbers mean, and not how strings are stored.
    @Test func contentIDFollowsWhatNumbersMean() throws {
        let folder = try TemporaryFolder()
        let synthetic = SyntheticStore()
        func id(_ change: (inout StoreManifest) -> Void) throws -> String {
            try synthetic.write(to: folder.file("\(UUID()).h5"), changing: change).contentID
        }
        let plain = try id { _ in }
        let sentiment = LabelSet(
            name: "sentiment", labelNames: ["negative", "positive"],
            labels: [Int32](repeating: 1, count: synthetic.manifest.utteranceCount))
        let meanings: [(inout StoreManifest) -> Void] = [
            { $0.dataset = "ANOTHER" }, { $0.speakerScope = .corpus },
            { $0.features[$0.features.count - 1].modality = .audio },
            {
                $0.features[0].layer = 2; $0.features[1].layer = 1
            },
            { $0.features[0].layer = nil }, { $0.labelNames[0] = "class zero" }, { $0.splits[0].name = "learn" },
            { $0.targets = [sentiment] },
            { $0.targets = [LabelSet(name: "valence", labelNames: sentiment.labelNames, labels: sentiment.labels)] },
        ]
        let ids = try meanings.map { try id($0) }
        #expect(Set(ids + [plain]).count == meanings.count + 1)
        #expect(try id { $0.splits[0].origin = "told in other words" } == plain)
        #expect(try id { $0.features[0].extractor = "another" } == plain)

        // A wider column holds the same strings.
        let path = folder.file("wide.h5")
        try synthetic.write(to: path)
        let file = try File(updating: path)
        let names = try file.openDataset(StorePath.labelNames).readStrings()
        let content = try file.contentID(.meaning, datasets: [StorePath.labelNames]) { _ in nil }
        try file.delete(StorePath.labelNames)
        let wide = try file.createStringDataset(StorePath.labelNames, bytes: 40, shape: [names.count])
        try wide.writeStringBytes(
            names.flatMap { Array($0.utf8) + [UInt8](repeating: 0, count: 40 - $0.utf8.count) }, rows: 0..<names.count)
        let widened = try file.contentID(.meaning, datasets: [StorePath.labelNames]) { _ in nil }
        #expect(widened == content)
    }

    @Test func targetsComeBack() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store.h5")
        let sentiment = LabelSet(
            name: "sentiment", labelNames: ["negative", "positive"],
            labels: SyntheticStore().manifest.labels.map { $0 - 1 })
        try SyntheticStore().write(to: path, changing: { $0.targets = [sentiment] })
        #expect(try Store(opening: path).targets == [sentiment])
        for (fault, word) in [
            (LabelSet(name: "a/b", labelNames: [], labels: []), "name"),
            (LabelSet(name: "x", labelNames: ["a", "a"], labels: sentiment.labels), "twice"),
            (LabelSet(name: "x", labelNames: ["a"], labels: sentiment.labels), "classes"),
            (LabelSet(name: "x", labelNames: ["a", "b"], labels: [0]), "utterances"),
        ] {
            let error = #expect(throws: StoreError.self) {
                try SyntheticStore().write(to: folder.file("no.h5"), changing: { $0.targets = [fault] })
            }
            #expect(error?.message.contains(word) == true, "\(String(describing: error))")
        }
    }

    @Test func statisticsAreThoseOfTrain() throws {
        let folder = try TemporaryFolder()
        let synthetic = SyntheticStore()
        try synthetic.write(to: folder.file("store.h5"))
        let store = try Store(opening: folder.file("store.h5"))
        let rows = store.dialogues(inSplit: "train").flatMap { Array(store.dialogues[$0].range) }
        let (mean, deviation) = try store.statistics(of: "visual")
        for column in 0..<synthetic.visualWidth {
            let values = try rows.map { Double(try store.readRows(of: "visual", $0..<$0 + 1)[column]) }
            let expected = values.reduce(0, +) / Double(values.count)
            let spread = (values.reduce(0) { $0 + ($1 - expected) * ($1 - expected) } / Double(values.count))
                .squareRoot()
            #expect(abs(mean[column] - expected) < 1e-12)
            #expect(abs(deviation[column] - spread) < 1e-12)
        }
    }

    @Test func float64IsRoundedAndCounted() throws {
        let folder = try TemporaryFolder()
        var synthetic = SyntheticStore()
        (synthetic.textWidth, synthetic.visualWidth) = (0, 0)
        let manifest = synthetic.manifest
        let count = manifest.utteranceCount * synthetic.audioWidth
        let values = (0..<count).map { $0 < 3 ? 0.1 : Double($0) * 0.5 }
        let written = try StoreWriter.write(manifest, to: folder.file("store.h5")) { writer in
            try values.withUnsafeBufferPointer { try writer.append(rows: $0, to: "audio") }
        }
        #expect(written.inexactValues == ["audio": 3])
        #expect(
            try Store(opening: folder.file("store.h5")).readRows(of: "audio", 0..<manifest.utteranceCount)
                == values.map { Float($0) })
    }

    @Test func contradictionsAreRefused() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store.h5")
        func message(_ changing: (inout StoreManifest) -> Void) throws -> String {
            let error = #expect(throws: StoreError.self) { try SyntheticStore().write(to: path, changing: changing) }
            return try #require(error).description
        }
        #expect(try message { $0.dialogues = [] }.contains("no dialogues"))
        #expect(try message { $0.features = [] }.contains("no features"))
        #expect(try message { $0.dialogues[1].id = $0.dialogues[0].id }.contains("given twice"))
        #expect(try message { $0.labelNames[1] = $0.labelNames[0] }.contains("class 'class 0' is given twice"))
        #expect(try message { $0.features[1].width = 13 }.contains("12 and 13 columns"))
        #expect(try message { $0.dialogues[1].sourcePosition = 0 }.contains("source positions"))
        #expect(try message { $0.dialogues[1].split = 9 }.contains("split 9"))
        #expect(try message { $0.labels[4] = 3 }.contains("label 3"))
        #expect(try message { $0.speakers[4] = 2 }.contains("speaker 2"))
        #expect(try message { $0.sentences.removeLast() }.contains("sentences"))
        #expect(try message { $0.features[0].name = "a/b" }.contains("a/b"))
        #expect(try message { $0.utteranceIDs[0] = "a\0b" }.contains("zero byte"))
        #expect(try folder.names() == [])
    }

    @Test func wrongRowsAreRefused() throws {
        let folder = try TemporaryFolder()
        let synthetic = SyntheticStore()
        let manifest = synthetic.manifest
        func message(_ features: (StoreWriter) throws -> Void) throws -> String {
            let error = #expect(throws: StoreError.self) {
                try StoreWriter.write(manifest, to: folder.file("store.h5"), features: features)
            }
            return try #require(error).description
        }
        #expect(try message { _ in }.contains("only 0 of"))
        #expect(try message { try $0.append(rows: [1], to: "smell") }.contains("'smell'"))
        #expect(try message { try $0.append(rows: [1], to: "audio") }.contains("width 7"))
        #expect(
            try message { try $0.append(rows: [Float](repeating: 1, count: 7 * 1000), to: "audio") }.contains(
                "more rows"))
        var rows = synthetic.rows(of: synthetic.features[4], in: manifest)
        rows[7 * 2 + 3] = .nan
        let sentence = try message { try $0.append(rows: rows, to: "audio") }
        #expect(
            sentence.contains("nan") && sentence.contains("column 3") && sentence.contains(manifest.utteranceIDs[2]))
        #expect(try folder.names() == [])
    }

    /// A number that float32 cannot hold is no infinity in the source.
    @Test func whatFloat32CannotHoldIsToldAsItIs() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: StoreError.self) {
            try StoreWriter.write(SyntheticStore().manifest, to: folder.file("store.h5")) { writer in
                try [0, 1, 1e39, 3, 4, 5, 6].withUnsafeBufferPointer { (rows: UnsafeBufferPointer<Double>) in
                    try writer.append(rows: rows, to: "audio")
                }
            }
        }
        let sentence = try #require(error).description
        #expect(sentence.contains("1e+39 stands in column 2") && sentence.contains("float32"), "\(sentence)")
    }

    @Test func impossibleTargetsAreRefused() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: StoreError.self) { try SyntheticStore().write(to: folder.file("missing/store.h5")) }
        #expect(error?.reason == .system)
        #expect(error?.description.contains("does not exist") == true)
    }
}
