import FeatureStore
import Foundation
import TestSupport
import Testing

/// The same kind of fault has the same status in every command; docs/cli.md lists them.
@Suite struct ExitStatusTests {
    let folder: TemporaryFolder
    private var store: String { folder.file("store.h5") }

    init() throws {
        folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("store.h5"))
    }

    private func status(_ words: String...) throws -> Int32 { try BuiltProduct.run("vuemo", words).status }

    @Test func doneIsZero() throws {
        #expect(try status("info", store) == 0)
        #expect(try status("validate", store) == 0)
        #expect(try status("diff", store, store) == 0)
        #expect(try status("subset", store, "--split", "train", "-o", folder.file("train.h5")) == 0)
    }

    @Test func foundIsOne() throws {
        try SyntheticStore().write(to: folder.file("other.h5"), changing: { $0.labelNames[0] = "joy" })
        try Data("cos\nsystem\n(S'true'\ntR.".utf8).write(to: URL(filePath: folder.file("os.pkl")))
        #expect(try status("validate", store, "--fail-on", "information") == 1)
        #expect(try status("diff", store, folder.file("other.h5")) == 1)
        #expect(try status("scan", folder.file("os.pkl")) == 1)
    }

    /// Every command that reads a file, and every one that writes one.
    @Test(arguments: [
        ["info", "$N"], ["validate", "$N"], ["diff", "$N", "$S"], ["diff", "$S", "$N"],
        ["subset", "$N", "-o", "$D/o.h5"],
        ["merge", "$S", "$N", "-o", "$D/o.h5"], ["export", "$N", "-o", "$D/o.npz"], ["train", "$N"],
        ["evaluate", "$N"],
        ["train", "$S", "--config", "$N"], ["train", "--resume", "$N"], ["train", "$S", "--initial-parameters", "$N"],
        ["scan", "$N"], ["convert", "$N", "-o", "$D/o.h5"],
        ["convert", "iemocap", "--features", "$N", "-o", "$D/o.h5"],
        ["convert", "table", "$N", "--audio", "$N", "-o", "$D/o.h5"],
        ["subset", "$S", "-o", "$S"], ["export", "$S", "-o", "$S", "--form", "npz"], ["merge", "$S", "$S", "-o", "$S"],
        ["train", "$S", "--output", "$D"], ["convert", "$S", "-o", "$S"],
        ["subset", "$S", "-o", "$N/o.h5"], ["train", "$S", "--output", "/dev/null/run"],
        ["convert", "$S", "-o", "$N/o.h5"],
    ])
    func aFileThatCannotBeUsedIsTwo(_ command: [String]) throws {
        let words = command.map {
            $0.replacing("$N", with: folder.file("nowhere")).replacing("$S", with: store).replacing(
                "$D", with: folder.path)
        }
        let outcome = try BuiltProduct.run("vuemo", words)
        #expect(outcome.status == 2, "\(words): \(outcome.errors)")
        #expect(try folder.names() == ["store.h5"])
    }

    @Test(arguments: [
        [], ["nonsense"], ["info"], ["info", "$S", "--nonsense"], ["validate", "$S", "--select", "X9"],
        ["validate", "$S", "--fail-on", "never"], ["diff", "$S"], ["subset", "$S"],
        ["subset", "$S", "-o", "$O", "--compress", "10"],
        ["merge", "$S", "-o", "$O"], ["merge", "$S", "$S", "--prefix", "a", "-o", "$O"], ["export", "$S", "-o", "$O"],
        ["export", "$S", "-o", "$O", "--form", "csv"], ["train"], ["train", "$S", "--seed", "-3"],
        ["train", "$S", "--epochs", "-1"],
        ["train", "$S", "--set", "model.dropout=2"], ["train", "$S", "--set", "nothing"],
        ["train", "$S", "--preset", "none"],
        ["train", "$S", "--model", "none"], ["evaluate", "$S", "--split", "some"], ["scan"],
        ["scan", "$S", "--max-memory", "1"],
        ["convert", "$S"], ["convert", "$S", "-o", "$O", "--valid-fraction", "2"], ["convert", "iemocap", "-o", "$O"],
        ["convert", "table", "$S", "-o", "$O"], ["convert", "table", "$S", "--audio", "a", "--audio", "b", "-o", "$O"],
    ])
    func aWrongCommandLineIsSixtyFour(_ command: [String]) throws {
        let words = command.map { $0.replacing("$S", with: store).replacing("$O", with: folder.file("out.h5")) }
        let outcome = try BuiltProduct.run("vuemo", words)
        // Alone, the program shows its help.
        #expect(outcome.status == (words.isEmpty ? 0 : 64), "\(words): \(outcome.errors)")
        #expect(try folder.names() == ["store.h5"])
    }

    /// What an option says against the run that is continued is wrong usage too.
    @Test func anOptionThatTheRunContradictsIsSixtyFour() throws {
        let run = folder.file("run")
        let trained = try BuiltProduct.run(
            "vuemo", ["train", store, "--output", run, "--quiet"] + TrainCommandTests.small)
        #expect(trained.status == 0, "\(trained.errors)")
        let outcome = try BuiltProduct.run("vuemo", ["train", "--resume", run, "--seed", "3", "--format", "json"])
        #expect(
            outcome.status == 64 && outcome.errors.contains("--seed: training.seed is 1475 in the run"),
            "\(outcome.errors)")
        #expect(outcome.output.contains("\"where\":\"--seed\""), "\(outcome.output)")
    }

    /// Commands that have nothing to put in order end at once.
    @Test(arguments: [SIGHUP, SIGINT, SIGTERM]) func aSignalIsAddedTo128(_ signal: Int32) throws {
        // The digest of the store takes seconds: the file has a hole behind its end.
        #expect(truncate(store, 32 << 30) == 0)
        let process = Process()
        process.executableURL = URL(filePath: BuiltProduct.folder + "/vuemo")
        process.arguments = ["subset", store, "--split", "train", "-o", folder.file("out.h5")]
        process.standardError = FileHandle.nullDevice
        try process.run()
        func catches() -> Bool {
            let status = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
            let mask = status?.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }?.split(separator: "\t").last
            return mask.flatMap { UInt64($0, radix: 16) }.map { $0 >> UInt64(signal - 1) & 1 == 1 } ?? false
        }
        while process.isRunning, !catches() { Thread.sleep(forTimeInterval: 0.001) }
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 128 + signal)
        #expect(try folder.names() == ["store.h5"])
    }

    @Test func theDocumentListsEveryStatus() throws {
        let rows = try ProjectFiles.text("docs/cli.md").components(separatedBy: "## Exit statuses")[1]
            .components(separatedBy: "\n## ")[0].split(separator: "\n").filter { $0.hasPrefix("| ") }
        let statuses = rows.dropFirst().flatMap { row in
            row.split(separator: "|")[0].split(separator: ",").compactMap {
                Int32($0.trimmingCharacters(in: .whitespaces))
            }
        }
        #expect(statuses == [0, 1, 2, 64, 75, 129, 130, 143, 141])
    }
}

/// What `--format json` writes where a command fails.
@Suite struct ErrorObjectTests {
    struct Report: Decodable {
        let error: String
        let place: String?
        let hint: String?
        enum CodingKeys: String, CodingKey {
            case error, hint
            case place = "where"
        }
    }

    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("store.h5"))
    }

    @Test(
        arguments: [
            (["info", "$D/none.h5"], "$D/none.h5", "check the path"),
            (["validate", "$D/none.h5"], "$D/none.h5", "check the path"),
            (["diff", "$D/store.h5", "$D"], "$D", "give the store file in it"),
            (["train", "$D/none.h5"], "$D/none.h5", "check the path"),
            (
                ["train", "$D/store.h5", "--output", "$D"], "$D",
                "continue it with --resume $D or choose another --output"
            ),
            (["train", "$D/store.h5", "--seed", "-3"], "--seed", nil),
            (["train", "$D/store.h5", "--nonsense"], "--nonsense", nil),
            (["evaluate", "$D"], "$D", "give the folder that vuemo train wrote"),
            (["evaluate", "$D", "--split", "some"], "--split", nil),
            (["scan", "$D/none.pkl"], "$D/none.pkl", "check the path"),
            (["convert", "$D/none.pkl", "-o", "$D/out.h5"], "$D/none.pkl", "check the path"),
            (["convert", "$D/store.h5", "-o", "$D/no/out.h5"], "$D/no/out.h5", "create it first"),
            (
                ["convert", "table", "$D/none.csv", "--audio", "$D/a.npy", "-o", "$D/out.h5"], "$D/none.csv",
                "check the path"
            ),
            (
                ["convert", "table", "$D/none.csv", "--audio", "a", "--audio", "b", "-o", "$D/out.h5"], "--audio",
                "give it once"
            ),
        ] as [([String], String?, String?)])
    func saysWhatWhereAndWhatToDo(_ command: [String], _ place: String?, _ hint: String?) throws {
        func filled(_ word: String) -> String { word.replacing("$D", with: folder.path) }
        for format in [["--format", "json"], ["--format=json"]] {
            let outcome = try BuiltProduct.run("vuemo", command.map(filled) + format)
            #expect(outcome.output.split(separator: "\n").count == 1, "\(outcome.output)")
            let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
            #expect(report.place == place.map(filled), "\(outcome.output)")
            #expect(report.hint == hint.map(filled), "\(outcome.output)")
            // The sentence on standard error stays.
            #expect(outcome.errors.contains("Error: " + report.error), "\(outcome.errors) \(outcome.output)")
            // null where nothing is known, and no key left out.
            let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
            #expect(Set(try #require(object).keys) == ["error", "where", "hint"])
        }
        // Nothing of the kind for people.
        #expect(try BuiltProduct.run("vuemo", command.map(filled)).output.isEmpty)
    }

    /// What is found is a result, and no error.
    @Test func findingsAreNoErrors() throws {
        let outcome = try BuiltProduct.run(
            "vuemo", ["validate", folder.file("store.h5"), "--fail-on", "information", "--format", "json"])
        #expect(outcome.status == 1 && outcome.output.contains("\"findings\"") && !outcome.output.contains("\"where\""))
    }
}
