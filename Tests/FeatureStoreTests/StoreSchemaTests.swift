import Foundation
import HDF5
import TestSupport
import Testing

@testable import FeatureStore

@Suite struct StoreSchemaTests {
    /// The tables of FORMAT.md say what the schema says, and nothing else.
    @Test func theFormatsTablesAreTheSchema() throws {
        let page = try ProjectFiles.text("FORMAT.md")
        let objects = try #require(
            page.components(separatedBy: "## Objects").last?.components(separatedBy: "## Checksums").first)
        let listed = objects.split(separator: "\n").filter { $0.hasPrefix("| `") }.map(String.init)
        // Under /dialogues and /utterances the page leaves the group out.
        let lists = (StoreSchema.lists + StoreSchema.targetLists).map { list in
            let isShort = ["/dialogues/", "/utterances/"].contains { list.path.hasPrefix($0) }
            let name = isShort ? list.path.split(separator: "/").last! : list.path[...]
            return "| `\(name)` | \(list.typeName), \(list.rows.rawValue) | \(list.meaning) |"
        }
        let attributes = StoreSchema.attributes.map { "| `\($0.name)` | \($0.typeName) | \($0.meaning) |" }
        #expect(Set(listed) == Set(lists + attributes))
        #expect(listed.count == lists.count + attributes.count)
    }

    /// What the writer writes is what the schema says.
    @Test func aStoreIsWrittenAsTheSchemaSays() throws {
        let folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("store.h5"))
        let file = try File(opening: folder.file("store.h5"))
        let store = try Store(opening: folder.file("store.h5"))
        for list in StoreSchema.lists {
            let dataset = try file.openDataset(list.path)
            if let type = list.type {
                #expect(dataset.elementType == .of(type), "\(list.path)")
            } else {
                guard case .string = dataset.elementType else {
                    Issue.record("\(list.path) holds no strings")
                    continue
                }
            }
            let rows: Int? =
                switch list.rows {
                case .dialogues: store.dialogues.count
                case .dialoguesPlusOne: store.dialogues.count + 1
                case .utterances: store.utteranceCount
                case .utterancesPlusOne: store.utteranceCount + 1
                case .classes: store.labelNames.count
                case .asNames: try file.openDataset(StorePath.splitNames).rowCount
                case .any: nil
                }
            if let rows { #expect(dataset.shape == [rows], "\(list.path)") }
        }
        for attribute in StoreSchema.attributes where !attribute.isOptional {
            let objects =
                attribute.object == "/" ? ["/"] : store.features.map { StorePath.feature($0.name) }
            for object in objects {
                let isThere = file.hasAttribute(attribute.name, of: object)
                #expect(isThere, "\(attribute.name) of \(object)")
            }
        }
    }
}
