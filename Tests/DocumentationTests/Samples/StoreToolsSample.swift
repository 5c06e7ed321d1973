import FeatureStore
import Files
import StoreTools
import TestSupport
import Testing

extension ModuleDocumentTests {
    @Test func storeToolsSample() throws {
        let folder = try TemporaryFolder()
        let (path, part) = (folder.file("store.h5"), folder.file("part.h5"))
        try SyntheticStore().write(to: path)
        // sample
        let store = try Store(opening: path)
        try StoreSubset.write(
            StoreSelection(splits: ["train"], modalities: [.audio]), of: store, to: OutputPath(part),
            origin: StoreOrigin(toolVersion: "1.0"))
        let summary = try StoreSummary(Store(opening: part))
        // end
        #expect(summary.dialogues == 6 && summary.features.map(\.name) == ["audio"])
    }
}
