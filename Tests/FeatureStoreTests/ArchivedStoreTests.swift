import FeatureStore
import Foundation
import TestSupport
import Testing

/// A store of every format version that was ever written opens and holds what it held. Never replace these files.
@Suite struct ArchivedStoreTests {
    private static let folder = ProjectFiles.url("Tests/Stores").path

    @Test func everyArchivedStoreOpens() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder).filter { $0.hasSuffix(".h5") }
        #expect(names.contains("\(FormatVersion.current).h5"), "archive a store of each new version")
        for name in names {
            let store = try Store(opening: Self.folder + "/" + name)
            #expect("\(store.formatVersion).h5" == name)
            try store.verify()
        }
    }

    @Test func version110() throws {
        let store = try Store(opening: Self.folder + "/1.1.0.h5")
        #expect(store.contentID == "ad5104f4e31266fe4edd6046eeabaafc06d545de2ba564c94ac99775d9f3fa9c")
        #expect(store.dataset == "SYNTHETIC")
        #expect(store.labels.prefix(4) == [0, 1, 2, 0])
        #expect(
            store.targets.map(\.name) == ["sentiment"]
                && store.targets[0].labelNames == ["négatif", "neutral", "positive"])
        #expect(store.targets[0].labels.prefix(4) == [-1, 1, 2, 0])
        #expect(store.features(of: .text).map(\.layer) == [1, 2])
        #expect(try store.sentence(5) == "Sentence of \(store.utteranceIDs[5]), naïve.")
        // What a run that was made from this data in format 1.0 has written down.
        #expect(try store.hasContent("68733e24463abf433ecfed8cd594ac2ecf459f1a43efcf34f39eeb10819efd6b"))
        #expect(try !store.hasContent("f2dee406a6ad9660cdee93a4899f0c3c369e2c822320682b0ef1ca74298cde92"))
    }

    @Test func version100() throws {
        let store = try Store(opening: Self.folder + "/1.0.0.h5")
        #expect(store.contentID == "f2dee406a6ad9660cdee93a4899f0c3c369e2c822320682b0ef1ca74298cde92")
        #expect(store.dialogues[8] == StoreDialogue(id: "dialogue-8", split: 2, range: 38..<41, sourcePosition: 8))
        #expect(store.utteranceIDs[4] == "dialogue-1_0")
        #expect(store.labels.prefix(4) == [0, -1, 2, 0])
        #expect(store.speakers.prefix(6) == [0, 0, 1, 0, 1, 1])
        #expect(store.speakerScope == .dialogue)
        #expect(try store.sentence(4) == "Sentence of dialogue-1_0, naïve.")
        #expect(
            try store.readRows(of: "audio", 3..<4)
                == [-2.6619525, 0.79907715, -0.37911063, 2.1537828, 2.43817, -0.3128804, 0.2533044])
        #expect(try store.statistics(of: "visual").mean[0] == -0.46095448945249834)
        #expect(store.features(of: .text).map(\.layer) == [1, 2])
        #expect(store.provenance?.created == "2026-11-23T00:00:00Z")
        #expect(store.provenance?.warnings == ["one warning"])
    }
}
