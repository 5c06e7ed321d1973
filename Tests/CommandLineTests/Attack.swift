import Foundation
import HDF5
import TestSupport
import Testing

/// A place where commands meet hostile input, and what must hold of each of them: it ends by itself, with a documented status and one
/// sentence, and opens, makes and changes nothing that it was not given.
final class Attack {
    let folder: TemporaryFolder
    /// Files that no command is given: hostile input leads to them.
    let decoys: [String]
    var decoy: String { decoys[0] }
    /// A file that code in a pickle would make.
    let canary: String
    /// A sound store, and a run on it that has a chosen epoch.
    let (sound, runFolder): (String, String)
    /// The plan of a sweep of two short runs.
    let plan: String
    private let watches: [Canary]
    private let states: [[Int]]

    init() throws {
        folder = try TemporaryFolder()
        canary = folder.file("canary")
        // The last two are the names that stores with foreign storage name.
        decoys = ["decoy.h5", "elsewhere.h5", "elsewhere.bin"].map(folder.file)
        (sound, runFolder, plan) = (folder.file("sound.h5"), folder.file("run"), folder.file("sweep.yaml"))
        let prepared = try Self.prepared.get()
        for decoy in decoys + [sound] {
            try FileManager.default.copyItem(atPath: prepared.file("sound.h5"), toPath: decoy)
        }
        try FileManager.default.copyItem(atPath: prepared.file("run"), toPath: runFolder)
        try Data(Self.sweep.utf8).write(to: URL(filePath: plan))
        watches = try decoys.map { try Canary($0) }
        states = decoys.map(Self.state)
    }

    /// Made once: what all attacks begin with.
    private static let prepared = Result<TemporaryFolder, any Error> {
        let folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("sound.h5"))
        let outcome = try BuiltProduct.run(
            "vuemo", ["train", folder.file("sound.h5"), "--output", folder.file("run")] + train)
        try #require(outcome.status == 0, "\(outcome.errors)")
        // A second epoch is left to be trained.
        let configuration = folder.file("run/config.yaml")
        let text = try String(contentsOfFile: configuration, encoding: .utf8).replacing("epochs: 1", with: "epochs: 2")
        try Data(text.utf8).write(to: URL(filePath: configuration))
        let checkpoint = try File(updating: folder.file("run/checkpoints/last.h5"))
        try checkpoint.openGroup("/").overwrite(text, attribute: "configuration")
        try checkpoint.close()
        return folder
    }

    /// What changes where a file is written to or replaced.
    private static func state(_ path: String) -> [Int] {
        var status = stat()
        guard lstat(path, &status) == 0 else { return [] }
        return [Int(status.st_ino), Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
    }

    /// A short run of training.
    static let train = [
        "--quiet", "--threads", "1", "--epochs", "1", "--batch-size", "2", "--set", "model.hiddenSize=4", "--set",
        "model.vueLayers=1", "--set", "model.hypergraphLayers=1",
    ]

    private static let sweep = """
        configuration: {model.name: gru, model.hiddenSize: 4, training.epochs: 1, training.threads: 1}
        parameters:
          model.dropout: [0.1, 0.5]
        """

    /// Runs a command and judges it.
    /// - Parameters:
    ///   - redirections: of the shell, for example `2>&-`.
    ///   - statuses: what it may end with.
    @discardableResult
    func run(
        _ words: [String], redirections: String = "", statuses: Set<Int32> = [0, 1, 2, 64],
        _ location: SourceLocation = #_sourceLocation
    ) throws -> BuiltProduct.Outcome {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        // A command that hangs is killed, which makes the status 137; one that a signal ended makes it 128 and more, too.
        process.arguments =
            ["-c", "exec timeout -s KILL 60 \"$0\" \"$@\" \(redirections)", BuiltProduct.folder + "/vuemo"] + words
        process.currentDirectoryURL = URL(filePath: folder.path)
        let outcome = try BuiltProduct.run(process)
        let told = "\(words.joined(separator: " ").prefix(300)): \(outcome.status) \(outcome.errors.prefix(1000))"
        #expect(statuses.contains(outcome.status), "\(told)", sourceLocation: location)
        // A file that scan cannot read is its result, and no error.
        if redirections.isEmpty, words.first != "scan" {
            let sentences = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("Error: ") }
            let expected = outcome.status < 2 ? 0 : 1
            #expect(sentences.count == expected, "\(told)", sourceLocation: location)
            if words.suffix(2) == ["--format", "json"], outcome.status > 1 {
                let last = outcome.output.split(separator: "\n").last ?? ""
                let object = try? JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any]
                #expect(object?["error"] is String, "\(told): \(outcome.output)", sourceLocation: location)
            }
        }
        #expect(!FileManager.default.fileExists(atPath: canary), "\(told)", sourceLocation: location)
        #expect(!watches.contains { $0.wasOpened }, "\(told)", sourceLocation: location)
        #expect(decoys.map(Self.state) == states, "\(told)", sourceLocation: location)
        let left = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String }
        #expect(left?.filter { $0.hasSuffix(".partial") } == [], "\(told)", sourceLocation: location)
        return outcome
    }

    /// Every so many of the pairs of an input and a command run in the tests of a change, so that these stay short, and always the same
    /// ones; `VUEMO_ATTACK=all` runs all of them, as `make test-attacks` does.
    private static let share = ProcessInfo.processInfo.environment["VUEMO_ATTACK"] == "all" ? 1 : 18

    /// A number that follows from a name.
    private static func number(of input: String) -> Int {
        Int(input.utf8.reduce(2_166_136_261 as UInt32) { ($0 ^ UInt32($1)) &* 16_777_619 } >> 1)
    }

    /// Those of `all` that run, at least one; which, follows from the input's name.
    static func chosen<Element>(_ all: [Element], of input: String) -> [Element] {
        let start = number(of: input)
        guard share < all.count else { return share == 1 ? all : [all[start % all.count]] }
        return all.indices.filter { $0 % share == start % share }.map { all[$0] }
    }

    /// Every command that reads a store, over one.
    func everyCommand(over file: String, named input: String) throws {
        let out = folder.file("out.h5")
        try runChosen(
            of: input,
            [
                ["info", file, "--format", "json"], ["validate", file, "--format", "json"], ["diff", file, sound],
                ["subset", file, "--split", "train", "-o", out],
                ["merge", sound, file, "--prefix", "a", "--prefix", "b", "-o", out],
                ["export", file, "-o", folder.file("out.npz")],
                ["split", file, "--valid-from", "train:0.5", "-o", out],
                ["train", file, "--output", folder.file("new")] + Self.train,
                ["train", file, "--dry-run"] + Self.train,
                ["evaluate", runFolder, "--quiet", "--store", file],
                ["evaluate", runFolder, file, "--split", "all", "--format", "json"],
                ["predict", runFolder, file, "--quiet", "-o", folder.file("out.csv")],
                ["predict", runFolder, file, "--explain", "--quiet", "-o", folder.file("out.csv")],
                ["embed", runFolder, file, "--stage", "all", "--quiet", "-o", out],
                ["report", file, "-o", folder.file("out.html")],
                ["report", runFolder, "--store", file, "-o", folder.file("out.html")],
                ["train", file, "--resume", runFolder, "--quiet", "--format", "json"],
            ])
        try runSeries(
            of: input,
            [
                ["ablate", file, "--output", folder.file("new")] + Self.train,
                ["sweep", plan, "--store", file, "--output", folder.file("new"), "--format", "json"],
            ])
    }

    /// Series of runs take minutes, and open what they are given as the training of one run does: a few inputs are enough.
    private func runSeries(of input: String, _ commands: [[String]]) throws {
        guard Self.number(of: input) % 18 == 0 else { return }
        // Of another name, for the remainder just looked at is what the choice follows from.
        try runChosen(of: "series " + input, commands)
    }

    private func runChosen(of input: String, _ commands: [[String]]) throws {
        for words in Self.chosen(commands, of: input) {
            try run(words)
            removeOutputs()
        }
    }

    /// What commands may have written, so that the next ones can.
    func removeOutputs() {
        for name in [
            "out.h5", "out.npz", "out.pkl", "out.csv", "out.html", "out.safetensors", "new",
        ] {
            try? FileManager.default.removeItem(atPath: folder.file(name))
        }
    }

    /// Every command that reads anything, over a file that is no store.
    func everyReader(over file: String, named input: String) throws {
        try everyCommand(over: file, named: input)
        let out = folder.file("out.h5")
        try runChosen(
            of: input,
            [
                ["scan", file, "--format", "json"], ["convert", file, "-o", out],
                ["convert", "iemocap", "--features", file, "-o", out, "--format", "json"],
                ["convert", "meld", "--features", file, "--roberta", file, "-o", out],
                ["convert", "table", file, "--audio", file, "-o", out, "--format", "json"],
                ["train", sound, "--config", file, "--print-config"],
                ["compare", file, "--format", "json"],
                ["import-checkpoint", file, sound, "--output", folder.file("new"), "--format", "json"],
                ["export", file, "--to", "safetensors", "-o", folder.file("out.safetensors")],
                ["train", sound, "--initial-parameters", file, "--output", folder.file("new")] + Self.train,
            ])
        try runSeries(
            of: input,
            [
                ["sweep", file, "--store", sound, "--output", folder.file("new"), "--format", "json"],
                ["ablate", sound, "--config", file, "--output", folder.file("new")],
            ])
    }
}
