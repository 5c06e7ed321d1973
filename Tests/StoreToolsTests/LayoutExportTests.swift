import FeatureStore
import Files
import Foundation
import StoreTools
import TestSupport
import Testing

/// What a layout cannot hold is refused, and what it says in another way is told. That files are read back is tested beside the
/// converter of pickles.
@Suite struct LayoutExportTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A store that fits IEMOCAP's layouts, changed.
    private func store(
        _ configure: (inout SyntheticStore) -> Void = { _ in }, changing: (inout StoreManifest) -> Void = { _ in }
    ) throws -> Store {
        var synthetic = SyntheticStore()
        synthetic.textLayers = 0
        configure(&synthetic)
        let path = folder.file("store.h5")
        try synthetic.write(
            to: path,
            changing: { manifest in
                manifest.dataset = "IEMOCAP"
                manifest.speakerNames = ["M", "F"] + manifest.speakerNames.dropFirst(2)
                manifest.labelNames = ["happy", "sad", "neutral"]
                changing(&manifest)
            })
        return try Store(opening: path)
    }

    private func notes(
        _ layout: PublishedLayout, _ store: Store, _ selection: StoreSelection = StoreSelection()
    ) throws -> [String] {
        try LayoutExport.write(
            selection, of: store, to: OutputPath(folder.file("out.pkl"), overwrites: true), as: layout
        ).notes
    }

    private func refusal(
        _ layout: PublishedLayout, _ store: Store, _ selection: StoreSelection = StoreSelection()
    ) throws -> String {
        let fault = #expect(throws: StoreToolsError.self) {
            try LayoutExport.write(selection, of: store, to: OutputPath(folder.file("out.pkl")), as: layout)
        }
        #expect(try folder.names() == ["store.h5"])
        return try #require(fault).message
    }

    @Test func featuresThatDoNotFitAreTold() throws {
        let layered = try store { $0.textLayers = 4 }
        #expect(
            try refusal(.iemocapBase, layered).contains(
                "here are text_roberta_1, text_roberta_2, text_roberta_3, text_roberta_4; name the features to take with --feature"
            ))
        #expect(
            try notes(.iemocapBase, layered, StoreSelection(features: ["text_roberta_1", "audio", "visual"])).count == 1
        )
        try FileManager.default.removeItem(atPath: folder.file("out.pkl"))
        #expect(try refusal(.cosmic, try store()).contains("four layers of text, and here are none"))
        #expect(try refusal(.sdt, try store { $0.textLayers = 3 }).contains("four layers of text, and here are 3"))
        let silent = try store { $0.audioWidth = 0 }
        for layout in [PublishedLayout.iemocapBase, .meldBase, .mmgcn, .mmsa] {
            #expect(try refusal(layout, silent).contains("one audio feature, and here is none"))
        }
    }

    @Test func speakersThatDoNotFitAreTold() throws {
        let named = try store { $0.speakers = 3 }
        #expect(try refusal(.iemocapBase, named).contains("calls speakers M and F, and here is 'speaker 2'"))
        #expect(try notes(.meldBase, named).contains("Speakers have no names in the layout, only the store's numbers."))
        let corpus = try store({
            $0.speakerScope = .corpus; $0.speakers = 40
        })
        #expect(
            try notes(.meldBase, corpus).contains(
                "Speakers have no names in the layout: they are numbered by their first appearance in each dialogue."))
        let many = try store { $0.speakers = 12 }
        #expect(
            try notes(.meldBase, many).contains(
                "Speakers are lists of 12 numbers; those of the published files have 9."))
    }

    @Test func classesAreTold() throws {
        #expect(try notes(.iemocapBase, try store()).count == 1)
        let other = try store(changing: { $0.labelNames = ["sad", "angry", "happy"] })
        #expect(
            try notes(.iemocapBase, other).contains(
                "The classes have IEMOCAP's published numbers, which are not the store's."))
        let own = try store(changing: { $0.labelNames = ["calm", "sad", "glad"] })
        #expect(try notes(.iemocapBase, own).contains { $0.hasPrefix("The classes are not IEMOCAP's") })
        let gaps = try store(changing: {
            $0.labels[3] = -1; $0.labels[4] = -1
        })
        #expect(try notes(.iemocapBase, gaps).contains("2 utterances have no class: they have the label -1."))
    }

    @Test func splitsAndDatasetsThatDoNotFitAreTold() throws {
        let renamed = try store(changing: { $0.splits[1].name = "dev2" })
        #expect(
            try refusal(.iemocapBase, renamed).contains(
                "dialogue 'dialogue-6' is in none of the splits train, valid and test"))
        #expect(
            try notes(.iemocapBase, try store(), StoreSelection(splits: ["test"])).prefix(2) == [
                "There are no train dialogues.", "There are no valid dialogues.",
            ])
        try FileManager.default.removeItem(atPath: folder.file("out.pkl"))
        let other = try store({ $0.textLayers = 4 }, changing: { $0.dataset = "Mini" })
        for layout in [PublishedLayout.cosmic, .mmgcn, .sdt] {
            #expect(try refusal(layout, other).contains("this store's dataset is 'Mini'"))
        }
    }
}
