import FeatureStore
import Foundation
import TestSupport
import Testing

/// `vuemo split`, and `subset` by patterns and lists, as a user runs them.
@Suite struct SplitCommandTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try SyntheticStore().write(
            to: folder.file("whole.h5"),
            changing: { manifest in
                for index in manifest.dialogues.indices {
                    manifest.dialogues[index].id = "Ses0\(index % 5 + 1)_\(index)"
                }
            })
    }

    private func vuemo(_ command: String, _ arguments: String...) throws -> BuiltProduct.Outcome {
        try BuiltProduct.run("vuemo", [command, folder.file("whole.h5")] + arguments)
    }

    private func ids(_ name: String, _ split: String) throws -> [String] {
        let store = try Store(opening: folder.file(name))
        return store.dialogues(inSplit: split).map { store.dialogues[$0].id }
    }

    @Test func fractionsMakeSplitsAndAreShown() throws {
        let new = folder.file("new.h5")
        let made = try vuemo(
            "split", "--fractions", "train=0.6, valid=0.2,test=0.2", "--stratify", "--seed", "7", "-o", new)
        #expect(made.status == 0 && made.errors.isEmpty, "\(made)")
        let lines = made.output.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true) }
        #expect(lines[0] == ["train", "valid", "test"])
        #expect(lines[1].first == "dialogues" && lines[1].dropFirst().compactMap { Int($0) }.reduce(0, +) == 11)
        #expect(made.output.contains("class 2") && made.output.contains("content_id: "))
        let info = try BuiltProduct.run("vuemo", ["info", new, "--format", "json"]).output
        #expect(
            info.contains(
                "0.2 of all dialogues of whole.h5, chosen by vuemo split --fractions train=0.6,valid=0.2,test=0.2 --stratify --seed 7"
            ))
        #expect(info.contains("\"options\" : \"split: --fractions train=0.6,valid=0.2,test=0.2 --stratify --seed 7\""))
        #expect(try BuiltProduct.run("vuemo", ["validate", new, "--fail-on", "warning"]).status == 0)
    }

    @Test func aSessionIsLeftOutAndValidationTakenFromTheRest() throws {
        let out = folder.file("out.h5")
        let made = try vuemo("split", "--leave-out", "Ses05", "--group-by", "(Ses0\\d)", "-o", out)
        #expect(made.status == 0 && made.errors.contains("no split valid") && made.errors.contains("--valid-from"))
        #expect(try ids("out.h5", "test").sorted() == ["Ses05_4", "Ses05_9"])
        let fold = try BuiltProduct.run(
            "vuemo", ["split", out, "--valid-from", "train:0.3", "-o", folder.file("fold.h5")])
        #expect(fold.status == 0 && fold.errors.isEmpty)
        #expect(try ids("fold.h5", "test") == ids("out.h5", "test") && ids("fold.h5", "valid").count == 3)
    }

    @Test(arguments: [
        ([], "nothing says how"), (["--folds", "5"], "go together"), (["--fold", "1"], "go together"),
        (["--fractions", "train=x"], "and not 'train=x'"), (["--fractions", "train=0.5"], "sum to 0.5"),
        (["--folds", "5", "--fold", "1", "--leave-out", "a"], "contradict each other"),
        (["--valid-from", "test:0.1"], "and not 'test:0.1'"), (["--folds", "5", "--fold", "-1"], "1 to 5"),
    ]) func wrongUsageIsTold(_ options: [String], _ words: String) throws {
        let told = try BuiltProduct.run(
            "vuemo", ["split", folder.file("whole.h5"), "-o", folder.file("x.h5")] + options)
        #expect(told.status == 64 && told.errors.contains(words), "\(told)")
        #expect(try folder.names() == ["whole.h5"])
    }

    @Test func whatTheStoreCannotGiveIsOneSentence() throws {
        for options in [
            ["--folds", "6", "--fold", "1", "--group-by", "(Ses0.)"],
            ["--folds", "2", "--fold", "1", "--group-by", "("],
            ["--leave-out", "Ses09", "--group-by", "(Ses0.)"], ["--valid-from", "train:0.1"],
        ] {
            let told = try BuiltProduct.run(
                "vuemo", ["split", folder.file("whole.h5"), "-o", folder.file("x.h5")] + options)
            #expect(told.status == 2 && told.errors.split(separator: "\n").count == 1, "\(told)")
            #expect(told.errors.contains("cannot be split: "))
        }
    }

    @Test func subsetTakesPatternsAndLists() throws {
        #expect(try vuemo("subset", "--dialogues", "Ses05*", "*_0", "-o", folder.file("a.h5")).status == 0)
        #expect(
            try ["train", "valid", "test"].flatMap { try ids("a.h5", $0) }.sorted() == [
                "Ses01_0", "Ses05_4", "Ses05_9",
            ])
        try Data("Ses05_4\r\n\nSes01_0".utf8).write(to: URL(filePath: folder.file("ids.txt")))
        #expect(try vuemo("subset", "--dialogues-from", folder.file("ids.txt"), "-o", folder.file("b.h5")).status == 0)
        #expect(try ids("b.h5", "train").sorted() == ["Ses01_0", "Ses05_4"])
        for (options, words) in [
            (["--dialogues", "Ses09*"], "no dialogue like 'Ses09*'; it has Ses01_0"),
            (["--dialogues-from", folder.file("none.txt")], "no such file"),
            (["--dialogues-from", folder.file("whole.h5")], "not UTF-8"),
        ] {
            let told = try BuiltProduct.run(
                "vuemo", ["subset", folder.file("whole.h5"), "-o", folder.file("c.h5")] + options)
            #expect(told.status == 2 && told.errors.contains(words), "\(told)")
        }
    }

    /// A published layout out and in again through both programs.
    @Test func anExportedLayoutConverts() throws {
        let samples = ["make_sample.py", folder.file("pickles")]
        let make = Process()
        make.executableURL = URL(filePath: "/usr/bin/env")
        make.arguments = ["python3", ProjectFiles.url("data").path + "/" + samples[0], samples[1]]
        make.standardOutput = FileHandle.nullDevice
        try make.run()
        make.waitUntilExit()
        let pickles = ["IEMOCAP_features.pkl", "iemocap_features_roberta.pkl"].map { folder.file("pickles/\($0)") }
        let store = folder.file("iemocap.h5")
        #expect(try BuiltProduct.run("vuemo", ["convert", "auto"] + pickles + ["-o", store, "-q"]).status == 0)
        for (layout, file) in [("iemocap-base", "base.pkl"), ("cosmic", "roberta.pkl")] {
            let made = try BuiltProduct.run("vuemo", ["export", store, "--layout", layout, "-o", folder.file(file)])
            #expect(made.status == 0 && made.output.hasPrefix("export: ") && made.output.contains("note: "), "\(made)")
            for line in made.output.split(separator: "\n") where !line.contains(folder.path) {
                #expect(line.count <= 80)
            }
        }
        let back = folder.file("back.h5")
        let files = [folder.file("base.pkl"), folder.file("roberta.pkl")]
        #expect(try BuiltProduct.run("vuemo", ["convert", "auto"] + files + ["-o", back, "-q"]).status == 0)
        #expect(try Store(opening: back).contentID == Store(opening: store).contentID)
        let refused = try BuiltProduct.run(
            "vuemo", ["export", folder.file("whole.h5"), "--layout", "sdt", "-o", folder.file("sdt.pkl")])
        #expect(refused.status == 2 && refused.errors.contains("dataset is 'SYNTHETIC'"))
        #expect(try vuemo("export", "--layout", "sdt", "--form", "npz", "-o", folder.file("sdt.pkl")).status == 64)
        #expect(try vuemo("export", "--layout", "sdk", "-o", folder.file("sdt.pkl")).status == 64)
    }
}
