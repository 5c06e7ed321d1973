import Foundation
import HDF5
import TestSupport
import Testing

/// `vuemo info` and `vuemo validate` as a user runs them.
@Suite struct StoreCommandTests {
    @Test func infoTellsWhatTheStoreHolds() throws {
        let folder = try TemporaryFolder()
        let written = try SyntheticStore().write(to: folder.file("store.h5"))
        let text = try BuiltProduct.run("vuemo", ["info", folder.file("store.h5")])
        #expect(text.status == 0)
        #expect(text.output.contains("SYNTHETIC, 11 dialogues"))
        let json = try BuiltProduct.run("vuemo", ["info", folder.file("store.h5"), "--format", "json"])
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect(object["content_id"] as? String == written.contentID)
        #expect((object["features"] as? [[String: Any]])?.count == 6)
    }

    @Test func infoShowsTheFormat() throws {
        let text = try BuiltProduct.run("vuemo", ["info", "--schema"])
        #expect(
            text.status == 0
                && text.output.contains("/utterances/label  (i32, [U])\n  index into /labels/names; -1 for none"))
        #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
        let json = try BuiltProduct.run("vuemo", ["info", "--schema", "--format", "json"])
        let rows = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]])
        #expect(rows.count == 29 && rows.allSatisfy { $0["meaning"] is String })
        for wrong in [["info"], ["info", "store.h5", "--schema"]] {
            #expect(try BuiltProduct.run("vuemo", wrong).status == 64)
        }
    }

    @Test func infoRefusesOtherFilesInOneSentence() throws {
        let folder = try TemporaryFolder()
        try Data("not a store".utf8).write(to: URL(filePath: folder.file("text.h5")))
        for path in [folder.file("text.h5"), folder.file("none.h5"), folder.path] {
            let outcome = try BuiltProduct.run("vuemo", ["info", path])
            #expect(outcome.status == 2)
            #expect(outcome.output.isEmpty)
            #expect(outcome.errors.split(separator: "\n").count == 1 && outcome.errors.contains(path))
        }
    }

    @Test func validateReportsThroughItsExitStatus() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store.h5")
        try SyntheticStore().write(to: path, changing: { $0.sources = [] })
        #expect(try BuiltProduct.run("vuemo", ["validate", path]).status == 0)
        #expect(try BuiltProduct.run("vuemo", ["validate", path, "--fail-on", "warning"]).status == 1)
        #expect(
            try BuiltProduct.run("vuemo", ["validate", path, "--fail-on", "warning", "--ignore", "w14"]).status == 0)
        let file = try File(updating: path)
        try file.openDataset("/utterances/label").write(rows: 0..<1, from: [Int32(77)])
        try file.close()
        let damaged = try BuiltProduct.run("vuemo", ["validate", path, "--select", "E040", "--format", "json"])
        #expect(damaged.status == 1)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(damaged.output.utf8)) as? [String: Any])
        #expect(object["errors"] as? Int == 1)
        #expect(try BuiltProduct.run("vuemo", ["validate", folder.file("none.h5")]).status == 2)
    }

    @Test func wrongOptionsAreExplained() throws {
        let outcome = try BuiltProduct.run("vuemo", ["validate", "store.h5", "--select", "Q7"])
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("'Q7'"))
        #expect(try BuiltProduct.run("vuemo", ["validate", "--help"]).output.contains("--fail-on"))
    }
}
