import FeatureStore
import Foundation
import TestSupport
import Testing

/// Commands that are killed or find no room leave the target as it was, and nothing that the next start does not remove.
@Suite struct LeftoverTests {
    let folder: TemporaryFolder
    private var store: String { folder.file("store.h5") }

    init() throws {
        folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("store.h5"))
    }

    /// `make test-kill` kills each command fifty times.
    @Test func killedCommandsAreCleanedUpAfter() throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "python3", ProjectFiles.url("scripts/check-kills").path, "--vuemo", BuiltProduct.folder + "/vuemo",
            "--kills", "2",
        ]
        let outcome = try BuiltProduct.run(process)
        #expect(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
        #expect(outcome.output.split(separator: "\n").count == 7)
    }

    /// What a command that was killed left is removed and told in one line; what a living one writes stays.
    @Test func theNextStartSaysWhatItRemoves() throws {
        let out = folder.file("out.h5")
        let left = folder.file(".out.h5.0123abcd.partial")
        try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: false)
        try Data(count: 3_000_000).write(to: URL(filePath: left + "/out.h5"))
        let outcome = try BuiltProduct.run("vuemo", ["subset", store, "--split", "train", "-o", out])
        #expect(outcome.status == 0)
        #expect(
            outcome.errors.hasPrefix("removed what a command that was killed had left of \(out): 3.0 MB\n"),
            "\(outcome.errors)")
        #expect(outcome.errors.split(separator: "\n").count == 1)
        #expect(try folder.names() == ["out.h5", "store.h5"])
    }

    /// A limit on file sizes stands for a full disk: the write fails half-way, and the sentence names the target as it was given.
    @Test(arguments: [
        ["subset", "$S", "--modality", "audio", "-o", "$D/out.h5"],
        ["merge", "$S", "$S", "--prefix", "a", "--prefix", "b", "-o", "$D/out.h5"],
        ["export", "$S", "-o", "$D/out.npz"], ["export", "$S", "-o", "$D/out.pkl"],
        ["convert", "table", "$D/list.csv", "--audio", "$D/audio.npy", "-o", "$D/out.h5", "--quiet"],
        ["train", "$S", "--output", "$D/out", "--quiet"] + TrainCommandTests.small,
    ])
    func aFullDiskLeavesNothing(_ command: [String]) throws {
        try ZeroMatrix.write(rows: 10, width: 4096, to: folder.file("audio.npy"))
        try Data(("dialogue\n" + String(repeating: "a\n", count: 10)).utf8).write(
            to: URL(filePath: folder.file("list.csv")))
        let before = try folder.names()
        let words = command.map { $0.replacing("$S", with: store).replacing("$D", with: folder.path) }
        let outcome = try limited(words, blocks: 4)
        #expect(outcome.status == 2, "\(outcome.errors)")
        #expect(
            outcome.errors.contains(folder.file("out")) && outcome.errors.contains("ulimit -f"), "\(outcome.errors)")
        #expect(!outcome.errors.contains(".partial"), "\(outcome.errors)")
        #expect(try folder.names() == before)
    }

    @Test func aFullDiskInTheMiddleOfARunNamesTheCheckpoint() throws {
        let run = folder.file("run")
        let trained = try BuiltProduct.run(
            "vuemo", ["train", store, "--output", run, "--quiet"] + TrainCommandTests.small)
        #expect(trained.status == 0)
        let checkpoint = try Data(contentsOf: URL(filePath: run + "/checkpoints/last.h5"))
        try FileManager.default.removeItem(atPath: run + "/result.json")
        let outcome = try limited(["train", "--resume", run, "--quiet"], blocks: 0)
        #expect(outcome.status == 2, "\(outcome.errors)")
        #expect(
            outcome.errors.contains("\(run)/metrics.jsonl cannot be written")
                && outcome.errors.contains("continue with --resume") && !outcome.errors.contains(".partial"),
            "\(outcome.errors)")
        #expect(try Data(contentsOf: URL(filePath: run + "/checkpoints/last.h5")) == checkpoint)
        #expect(try BuiltProduct.run("vuemo", ["train", "--resume", run, "--quiet"]).output == trained.output)
    }

    private func limited(_ words: [String], blocks: Int) throws -> BuiltProduct.Outcome {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        // Standard streams are files here, which the limit counts too, so they go through a pipe.
        process.arguments =
            [
                "-c", "(ulimit -f \(blocks); exec \"$0\" \"$@\") 2>&1 | cat >&2; exit ${PIPESTATUS[0]}",
                BuiltProduct.folder + "/vuemo",
            ] + words
        return try BuiltProduct.run(process)
    }

    /// Whoever reads the messages goes away: the work goes on, and nothing is left.
    @Test(arguments: [
        ["subset", "$S", "--split", "train", "-o", "$D/out.h5"],
        ["convert", "table", "$D/list.csv", "--audio", "$D/audio.npy", "-o", "$D/out.h5"],
        ["train", "$S", "--output", "$D/out.h5"] + TrainCommandTests.small,
    ])
    func aReaderThatGoesAwayLeavesNothing(_ command: [String]) throws {
        try ZeroMatrix.write(rows: 1000, width: 4096, to: folder.file("audio.npy"))
        try Data(("dialogue\n" + String(repeating: "a\n", count: 1000)).utf8).write(
            to: URL(filePath: folder.file("list.csv")))
        let words = command.map { $0.replacing("$S", with: store).replacing("$D", with: folder.path) }
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments =
            ["-c", "\"$0\" \"$@\" 2>&1 | head -1 >/dev/null; exit ${PIPESTATUS[0]}", BuiltProduct.folder + "/vuemo"]
            + words
        let outcome = try BuiltProduct.run(process)
        #expect([0, 141].contains(outcome.status), "\(outcome)")
        #expect(try folder.names() == ["audio.npy", "list.csv", "out.h5", "store.h5"])
    }

    /// Two conversions to one target: one of them writes it, and the other says so.
    @Test func ofTwoAtOnceOneFails() throws {
        try ZeroMatrix.write(rows: 1000, width: 4096, to: folder.file("audio.npy"))
        try Data(("dialogue\n" + String(repeating: "a\n", count: 1000)).utf8).write(
            to: URL(filePath: folder.file("list.csv")))
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = [
            "-c",
            "\"$0\" \"$@\" --name one & first=$!; \"$0\" \"$@\" --name two; second=$?; wait $first; echo $? $second",
            BuiltProduct.folder + "/vuemo", "convert", "table", folder.file("list.csv"), "--audio",
            folder.file("audio.npy"), "-o",
            folder.file("out.h5"), "--quiet",
        ]
        let outcome = try BuiltProduct.run(process)
        let statuses = outcome.output.split(separator: "\n").last.map(String.init) ?? ""
        #expect(["0 2", "2 0"].contains(statuses), "\(outcome)")
        #expect(outcome.errors.contains("exists already"), "\(outcome.errors)")
        #expect(try Store(opening: folder.file("out.h5")).dataset == (statuses == "0 2" ? "one" : "two"))
        #expect(try folder.names() == ["audio.npy", "list.csv", "out.h5", "store.h5"])
    }
}
