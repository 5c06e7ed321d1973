import FeatureStore
import Foundation
import TestSupport
import Testing

/// `vuemo subset`, `merge`, `diff` and `export` as a user runs them.
@Suite struct StoreToolCommandTests {
    @Test func shardsComeTogetherAgain() throws {
        let folder = try TemporaryFolder()
        let whole = try SyntheticStore().write(to: folder.file("whole.h5"))
        for (split, name) in [("train valid", "a.h5"), ("test", "b.h5")] {
            let outcome = try BuiltProduct.run(
                "vuemo",
                ["subset", folder.file("whole.h5"), "--split"] + split.split(separator: " ").map(String.init)
                    + ["-o", folder.file(name)])
            #expect(outcome.status == 0 && outcome.output.contains("content_id: "), "\(outcome)")
        }
        let merge = [
            "merge", folder.file("a.h5"), folder.file("b.h5"), "-o", folder.file("merged.h5"), "--compress", "4",
        ]
        #expect(try BuiltProduct.run("vuemo", merge).status == 0)
        // Cut and joined in order, and compressed on the way: the same content.
        #expect(try Store(opening: folder.file("merged.h5")).contentID == whole.contentID)
        let again = try BuiltProduct.run("vuemo", merge)
        #expect(again.status == 2 && again.errors.contains("--force") && again.errors.split(separator: "\n").count == 1)
        #expect(try BuiltProduct.run("vuemo", merge + ["--force"]).status == 0)
        #expect(try BuiltProduct.run("vuemo", ["merge", "a", "b", "-o", "c", "--compress", "12"]).status == 64)
    }

    @Test func diffAnswersThroughItsExitStatus() throws {
        let folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("a.h5"))
        try SyntheticStore().write(to: folder.file("b.h5"), changing: { $0.labels[3] = ($0.labels[3] + 1) % 3 })
        let equal = try BuiltProduct.run("vuemo", ["diff", folder.file("a.h5"), folder.file("a.h5")])
        #expect(equal.status == 0 && equal.output.hasPrefix("equal: "))
        let different = try BuiltProduct.run(
            "vuemo", ["diff", folder.file("a.h5"), folder.file("b.h5"), "--format", "json"])
        let object = try #require(try JSONSerialization.jsonObject(with: Data(different.output.utf8)) as? [String: Any])
        #expect(different.status == 1 && object["equal"] as? Bool == false)
        #expect(try BuiltProduct.run("vuemo", ["diff", folder.file("a.h5"), folder.file("none.h5")]).status == 2)
    }

    @Test func exportChoosesItsFormByName() throws {
        let folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("store.h5"))
        for (name, magic) in [("out.npz", Data("PK".utf8)), ("out.pkl", Data([0x80, 4]))] {
            let outcome = try BuiltProduct.run("vuemo", ["export", folder.file("store.h5"), "-o", folder.file(name)])
            #expect(outcome.status == 0)
            #expect(try Data(contentsOf: URL(filePath: folder.file(name))).prefix(2) == magic)
        }
        let outcome = try BuiltProduct.run("vuemo", ["export", folder.file("store.h5"), "-o", folder.file("out.bin")])
        #expect(outcome.status == 64 && outcome.errors.contains("--form"))
        #expect(try folder.names() == ["out.npz", "out.pkl", "store.h5"])
    }
}
