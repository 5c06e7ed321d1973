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
        #expect(store.dialogues.map(\.id) == manifest.dialogues.map(\.id))
        #expect(store.labels == manifest.labels)
        #expect(store.speakers == manifest.speakers)
        #expect(store.utteranceIDs == manifest.utteranceIDs)
        #expect(store.splits == manifest.splits)
        #expect(store.provenance?.sources == manifest.sources)
        #expect(try store.sentences(0..<store.utteranceCount) == manifest.sentences)
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
}
