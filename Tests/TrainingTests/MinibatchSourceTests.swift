import Conversations
import FeatureStore
import Foundation
import TestSupport
import Testing
import Models

@testable import Training

@Suite struct MinibatchSourceTests {
    @Test(arguments: [[0], [3, 1], [10, 0, 5, 2, 2]]) func equalsDirectReads(dialogues: [Int]) throws {
        let store = try TinyRun().store
        let source = try MinibatchSource(store: store, modalities: .all)
        let batch = try source.load(dialogues)
        let rows = dialogues.flatMap { Array(store.dialogues[$0].range) }
        func direct(_ name: String) throws -> [Float] {
            try rows.flatMap { try store.readRows(of: name, $0..<$0 + 1) }
        }
        #expect(batch.input.lengths == dialogues.map { store.dialogues[$0].range.count })
        #expect(batch.labels == rows.map { store.labels[$0] })
        #expect(batch.input.speakers == rows.map { Int32(store.speakers[$0]) })
        #expect(batch.input.text.count == 4)
        for (layer, tensor) in batch.input.text.enumerated() {
            #expect(try tensor.array == direct("text_roberta_\(layer + 1)"))
        }
        #expect(try batch.input.audio?.array == direct("audio"))
        #expect(try batch.input.visual?.array == direct("visual"))
    }

    @Test(arguments: [1, 3]) func streamsWhatItLoads(prefetch: Int) throws {
        let store = try TinyRun().store
        let source = try MinibatchSource(store: store, modalities: .all)
        let batches = DialogueOrder.batches(Array(store.dialogues.indices.reversed()), size: 4)
        let reader = source.stream(batches, prefetch: prefetch)
        for dialogues in batches {
            let streamed = try #require(try reader.next())
            let loaded = try source.load(dialogues)
            #expect(streamed.dialogues == dialogues)
            #expect(streamed.labels == loaded.labels)
            #expect(streamed.input.audio?.array == loaded.input.audio?.array)
        }
        #expect(try reader.next() == nil)
    }

    @Test func readsOnlyTheModalitiesInUse() throws {
        let store = try TinyRun().store
        let source = try MinibatchSource(store: store, modalities: #require(Modalities(letters: "a")))
        let input = try source.load([0]).input
        #expect(input.text.isEmpty && input.visual == nil && input.audio != nil)
        #expect(source.features.all.map(\.name) == ["audio"])
    }

    @Test func takesASingleTextFeatureWhereThereAreNoLayers() throws {
        var synthetic = SyntheticStore()
        synthetic.textLayers = 0
        let store = try TinyRun(synthetic).store
        #expect(try MinibatchSource(store: store, modalities: .all).features.text.map(\.name) == ["text"])
    }

    /// The store refuses such values when it is written, unless asked not to: other converters may be less careful.
    @Test(arguments: [Float.nan, .infinity, -.infinity]) func namesFeatureAndDialogueOfANumberThatIsNone(value: Float)
        throws
    {
        let folder = try TemporaryFolder()
        try SyntheticStore().write(
            to: folder.file("store.h5"), options: StoreWriterOptions(refusesNonFiniteValues: false),
            changingRows: { feature, rows in
                if feature.name == "visual" { rows[rows.count - 1] = value }
            })
        let store = try Store(opening: folder.file("store.h5"))
        let source = try MinibatchSource(store: store, modalities: .all)
        _ = try source.load([0])
        let text = message { _ = try source.load([0, 10]) }
        #expect(text.contains("feature visual of dialogue dialogue-10 holds NaN or infinity"))
        let unaffected = try MinibatchSource(store: store, modalities: #require(Modalities(letters: "al")))
        _ = try unaffected.load([10])
    }

    /// Rows behind the end of a file come back as zeros, and rows that were overwritten as any numbers.
    @Test(arguments: ["cut", "overwritten"]) func aStoreThatIsWrittenToStopsARun(how: String) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store.h5")
        try SyntheticStore().write(to: path)
        let source = try MinibatchSource(store: Store(opening: path), modalities: .all)
        _ = try source.load([0])
        let handle = try #require(FileHandle(forWritingAtPath: path))
        if how == "cut" {
            try handle.truncate(atOffset: handle.seekToEnd() / 2)
        } else {
            try handle.seek(toOffset: handle.seekToEnd() / 2)
            try handle.write(contentsOf: Data(count: 64))
        }
        try handle.close()
        let error = #expect(throws: StoreError.self) { try source.load([1]) }
        #expect(error?.reason == .changed)
    }

    @Test func aStoreThatIsReplacedWhileItIsReadStaysItself() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store.h5")
        try SyntheticStore().write(to: path)
        let source = try MinibatchSource(store: Store(opening: path), modalities: .all)
        let before = try source.load([1]).input.audio?.values.map { $0 }
        try FileManager.default.moveItem(atPath: path, toPath: folder.file("moved.h5"))
        try SyntheticStore().write(to: path)
        #expect(try source.load([1]).input.audio?.values.map { $0 } == before)
    }
}
