import Files
import FeatureStore
import Foundation
import StoreTools
import StoreValidation
import TestSupport
import Testing

@Suite struct SubsetMergeTests {
    private let origin = StoreOrigin(toolVersion: "test")

    private func write(_ synthetic: SyntheticStore = SyntheticStore(), to path: String) throws -> Store {
        try synthetic.write(to: path)
        return try Store(opening: path)
    }

    @Test func subsetTakesWhatWasAskedFor() throws {
        let folder = try TemporaryFolder()
        let whole = try write(to: folder.file("whole.h5"))
        let selection = StoreSelection(splits: ["train", "test"], modalities: [.text, .audio])
        try StoreSubset.write(selection, of: whole, to: OutputPath(folder.file("part.h5")), origin: origin)
        let part = try Store(opening: folder.file("part.h5"))
        #expect(part.splits.map(\.name) == ["train", "test"])
        #expect(part.features.map(\.name) == ["audio"] + (1...4).map { "text_roberta_\($0)" })
        #expect(part.features == whole.features.filter { $0.modality != .visual })
        let taken = whole.dialogues.filter { $0.split != 1 }
        #expect(part.dialogues.map(\.id) == taken.map(\.id))
        #expect(part.dialogues.map(\.sourcePosition) == Array(0..<9))
        for (dialogue, original) in zip(part.dialogues, taken) {
            #expect(try part.sentences(dialogue.range) == whole.sentences(original.range))
            #expect(part.utteranceIDs[dialogue.range].elementsEqual(whole.utteranceIDs[original.range]))
            #expect(part.labels[dialogue.range] == whole.labels[original.range])
            #expect(part.speakers[dialogue.range] == whole.speakers[original.range])
            for feature in part.features {
                #expect(
                    try part.readRows(of: feature.name, dialogue.range)
                        == whole.readRows(of: feature.name, original.range))
            }
        }
        let provenance = try #require(part.provenance)
        #expect(provenance.options == "subset: splits train,test; modalities text,audio")
        #expect(provenance.sources.map(\.name) == ["whole.h5", "nothing.pkl"])
        #expect(provenance.sources[0].layout.contains(whole.contentID))
        // Nothing to say but that no validation split is left.
        let warnings = try StoreValidator.validate(part.path).findings.filter { $0.code.severity > .information }
        #expect(warnings.map(\.code) == [.noValidationSplit])
    }

    @Test func wholeSubsetHasTheSameContent() throws {
        let folder = try TemporaryFolder()
        let whole = try write(to: folder.file("whole.h5"))
        let copy = try StoreSubset.write(
            StoreSelection(), of: whole, to: OutputPath(folder.file("copy.h5")),
            options: StoreWriterOptions(compressionLevel: 3), origin: origin)
        #expect(copy.contentID == whole.contentID)
    }

    @Test func shardsMergeIntoTheWhole() throws {
        let folder = try TemporaryFolder()
        let whole = try write(to: folder.file("whole.h5"))
        let ids = whole.dialogues.map(\.id)
        // Shards that cut every split in two.
        let shards = try [0, 1].map { shard in
            let selection = StoreSelection(dialogues: ids.indices.filter { $0 % 2 == shard }.map { ids[$0] })
            let path = folder.file("shard-\(shard).h5")
            try StoreSubset.write(selection, of: whole, to: OutputPath(path), origin: origin)
            return try Store(opening: path)
        }
        try StoreMerge.write(shards, to: OutputPath(folder.file("merged.h5")), origin: origin)
        let merged = try Store(opening: folder.file("merged.h5"))
        #expect(merged.splits == whole.splits)
        #expect(
            merged.dialogues(inSplit: "train").map { merged.dialogues[$0].id }
                == [0, 2, 4, 1, 3, 5].map { "dialogue-\($0)" })
        #expect(Set(merged.dialogues.map(\.sourcePosition)) == Set(0..<11))
        let differences = try StoreComparison(whole, merged).differences
        #expect(differences.map(\.subject) == [.order], "\(differences)")
        #expect(!(try StoreValidator.validate(merged.path).fails(on: .warning)))
    }

    @Test func speakersMergeByName() throws {
        let folder = try TemporaryFolder()
        func shard(_ name: String, _ speakers: [String]) throws -> Store {
            try SyntheticStore().write(
                to: folder.file(name),
                changing: { manifest in
                    for index in manifest.dialogues.indices { manifest.dialogues[index].id = "\(name)-\(index)" }
                    manifest.speakerNames = speakers
                })
            return try Store(opening: folder.file(name))
        }
        let stores = [try shard("a.h5", ["Joey", "Ross"]), try shard("b.h5", ["Ross", "Monica"])]
        try StoreMerge.write(stores, to: OutputPath(folder.file("merged.h5")), origin: origin)
        let merged = try Store(opening: folder.file("merged.h5"))
        #expect(Set(merged.speakerNames) == ["Joey", "Ross", "Monica"])
        for (dialogue, name) in [("a.h5-3", "a"), ("b.h5-9", "b")] {
            let store = name == "a" ? stores[0] : stores[1]
            let own = try #require(store.dialogues.first { $0.id == dialogue }).range
            let here = try #require(merged.dialogues.first { $0.id == dialogue }).range
            #expect(
                merged.speakers[here].map { merged.speakerNames[Int($0)] }
                    == store.speakers[own].map { store.speakerNames[Int($0)] })
        }
    }

    /// Two speakers of one name stay two, names that only look alike too, and every part says where its splits came from.
    @Test func nobodyIsTakenForAnother() throws {
        let folder = try TemporaryFolder()
        func shard(_ name: String, _ speakers: [String], _ origins: [String]) throws
            -> Store
        {
            try SyntheticStore().write(
                to: folder.file(name),
                changing: { manifest in
                    for index in manifest.dialogues.indices { manifest.dialogues[index].id = "\(name)-\(index)" }
                    manifest.speakerNames = speakers
                    manifest.speakerScope = .corpus
                    for index in origins.indices { manifest.splits[index].origin = origins[index] }
                })
            return try Store(opening: folder.file(name))
        }
        let stores = [
            try shard("a.h5", ["Joey", "Joey"], ["list", "seed 3", "list"]),
            try shard("b.h5", ["caf\u{E9}", "cafe\u{301}"], ["list", "seed 8", "paper"]),
        ]
        try StoreMerge.write(stores, to: OutputPath(folder.file("merged.h5")), origin: origin)
        let merged = try Store(opening: folder.file("merged.h5"))
        #expect(merged.speakerNames.prefix(2) == ["Joey", "Joey"])
        #expect(merged.speakerNames.dropFirst(2).map { $0.utf8.count }.sorted() == [5, 6])
        #expect(merged.splits.map(\.origin) == ["list", "seed 3; seed 8", "list; paper"])
        for dialogue in merged.dialogues {
            let store = try #require(stores.first { dialogue.id.hasPrefix(URL(filePath: $0.path).lastPathComponent) })
            let own = try #require(store.dialogues.first { $0.id == dialogue.id }).range
            let names = store.speakers[own].map { Array(store.speakerNames[Int($0)].utf8) }
            #expect(merged.speakers[dialogue.range].map { Array(merged.speakerNames[Int($0)].utf8) } == names)
            if store === stores[0] { #expect(merged.speakers[dialogue.range] == store.speakers[own]) }
        }
        let other = try shard("c.h5", ["Ross", "Joey"], [])
        let fault = #expect(throws: StoreToolsError.self) {
            try StoreMerge.write([stores[0], other], to: OutputPath(folder.file("no.h5")), origin: origin)
        }
        #expect(fault?.message.contains("has two speakers called 'Joey', and another store has one") == true)
    }

    @Test func storesWhoseIdsBeginAnewTakePrefixes() throws {
        let folder = try TemporaryFolder()
        let stores = try ["a.h5", "b.h5"].map { try write(to: folder.file($0)) }
        let output = OutputPath(folder.file("merged.h5"))
        let fault = #expect(throws: StoreToolsError.self) { try StoreMerge.write(stores, to: output, origin: origin) }
        #expect(fault?.message.contains("give one --prefix for each store") == true)
        for prefixes in [["x"], ["x", "x"]] {
            #expect(throws: StoreToolsError.self) {
                try StoreMerge.write(stores, prefixes: prefixes, to: output, origin: origin)
            }
        }
        #expect(StoreMerge.sharedUtteranceID(of: stores) == "dialogue-0_0")
        #expect(StoreMerge.sharedUtteranceID(of: stores, prefixes: ["", "b/"]) == nil)
        try StoreMerge.write(stores, prefixes: ["", "b/"], to: output, origin: origin)
        let merged = try Store(opening: output.path)
        #expect(merged.dialogues.count == 22 && merged.utteranceIDs.first == "dialogue-0_0")
        #expect(merged.dialogues.contains { $0.id == "b/dialogue-10" })
        #expect(merged.utteranceIDs.contains("b/dialogue-0_0"))
        #expect(!(try StoreValidator.validate(merged.path).fails(on: .error)))
    }

    @Test func whatDoesNotFitIsNamed() throws {
        let folder = try TemporaryFolder()
        let whole = try write(to: folder.file("whole.h5"))
        var other = SyntheticStore()
        other.audioWidth = 9
        let wider = try write(other, to: folder.file("wider.h5"))
        let output = OutputPath(folder.file("out.h5"))
        func message(_ body: () throws -> Void) throws -> String {
            try #require(#expect(throws: StoreToolsError.self) { try body() }).message
        }
        #expect(
            try message { _ = try StoreMerge.write([whole, wider], to: output, origin: origin) }.contains("width 9"))
        #expect(
            try message { _ = try StoreMerge.write([whole, whole], to: output, origin: origin) }.contains(
                "'dialogue-0'"))
        #expect(try message { _ = try StoreMerge.write([whole], to: output, origin: origin) }.contains("two or more"))
        func subset(_ selection: StoreSelection, to output: OutputPath) throws {
            _ = try StoreSubset.write(selection, of: whole, to: output, origin: origin)
        }
        #expect(try message { try subset(StoreSelection(dialogues: ["x"]), to: output) }.contains("no dialogue 'x'"))
        #expect(try message { try subset(StoreSelection(splits: ["dev"]), to: output) }.contains("train, valid, test"))
        #expect(try message { try subset(StoreSelection(features: ["smell"]), to: output) }.contains("'smell'"))
        #expect(
            try message { try subset(StoreSelection(modalities: [.text], features: ["audio"]), to: output) }.contains(
                "nothing"))
        #expect(
            try message { try subset(StoreSelection(), to: OutputPath(folder.file("wider.h5"))) }.contains("--force"))
        #expect(
            try message { try subset(StoreSelection(), to: OutputPath(whole.path, overwrites: true)) }.contains(
                "what is read"))
        #expect(try folder.names() == ["whole.h5", "wider.h5"])
        try subset(StoreSelection(), to: OutputPath(folder.file("wider.h5"), overwrites: true))
        #expect(try Store(opening: folder.file("wider.h5")).contentID == whole.contentID)
    }
}
