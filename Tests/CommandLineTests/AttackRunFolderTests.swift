import FeatureStore
import Foundation
import HDF5
import TestSupport
import Testing

/// Run folders that somebody changed, under every command that reads one.
@Suite struct AttackRunFolderTests {
    let attack: Attack
    private var run: String { attack.runFolder }

    init() throws { attack = try Attack() }

    /// A change of a run folder. A decoy is a file that it must not lead to.
    struct Change: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var make: @Sendable (_ run: String, _ decoy: String) throws -> Void

        init(_ name: String, _ make: @escaping @Sendable (_ run: String, _ decoy: String) throws -> Void) {
            (testDescription, self.make) = (name, make)
        }
    }

    @Test(arguments: configurations + files + checkpoints) func isReadWithCare(_ change: Change) throws {
        try change.make(run, attack.decoy)
        // What an option names is opened, also where it is a link; what a run folder holds is not.
        let isLink = change.testDescription.contains("a link to another file")
        let isConfiguration = change.testDescription.hasPrefix("config.yaml")
        let isCheckpoint = change.testDescription.hasPrefix("checkpoints")
        let commands =
            [
                ["evaluate", run, "--split", "train", "--format", "json"], ["compare", run, "--format", "json"],
                ["predict", run, attack.sound, "--quiet"], ["report", run, "-o", attack.folder.file("out.html")],
                ["predict", run, attack.sound, "--explain", "--quiet"],
                ["embed", run, attack.sound, "--quiet", "-o", attack.folder.file("out.npz")],
                ["export", run, "--to", "safetensors", "-o", attack.folder.file("out.safetensors")],
                ["export", run, "--to", "pytorch", "-o", attack.folder.file("new")],
            ]
            + (isConfiguration
                ? [
                    ["train", "--resume", run, "--print-config"],
                    ["train", attack.sound, "--config", run + "/config.yaml", "--print-config"],
                ] : [])
            + (isCheckpoint
                ? [
                    [
                        "train", attack.sound, "--initial-parameters", run + "/checkpoints/best.h5", "--output",
                        attack.folder.file("new"),
                    ] + Attack.train
                ] : []) + [["train", "--resume", run, "--quiet", "--format", "json"]]
        for words in Attack.chosen(commands, of: change.testDescription) {
            if isLink, words.contains("--config") || words.contains("--initial-parameters") { continue }
            try attack.run(words)
            attack.removeOutputs()
        }
    }

    // MARK: config.yaml

    private static func text(_ name: String, _ change: @escaping @Sendable (String) -> String) -> Change {
        Change("config.yaml: \(name)") { run, _ in
            let path = run + "/config.yaml"
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try Data(change(text).utf8).write(to: URL(filePath: path))
        }
    }

    private static func setting(_ key: String, _ value: String) -> Change {
        text("\(key): \(value)") { $0.replacing(try! Regex("\(key): .*"), with: "\(key): \(value)") }
    }

    static let configurations =
        [
            text("empty") { _ in "" }, text("no mapping") { _ in "- a\n- b\n" }, text("a tab") { "\t" + $0 },
            text("deep") { $0 + "x: " + String(repeating: "[", count: 60_000) + "\n" },
            text("dashes") { _ in String(repeating: "- ", count: 60_000) },
            text("twice") { $0 + $0 }, text("control characters") { $0 + "\u{1}: \u{7}\n" },
            text("aliases") { text in
                text + "a0: &a0 [x]\n" + (1...40).map { "a\($0): &a\($0) {p: *a\($0 - 1), q: *a\($0 - 1)}\n" }.joined()
            },
            text("a key that is a list") { "? [a, b]\n: c\n" + $0 },
            text("no store") { $0.components(separatedBy: "store:")[0] },
        ]
        + [
            ("path", "/dev/zero"), ("path", "''"), ("path", "[a]"), ("content_id", "''"), ("name", "gru"),
            ("name", "none"),
            ("hiddenSize", "8"), ("hiddenSize", "65536"), ("vueLayers", "1000"), ("modalities", "a"),
            ("variant", "corrected"),
            ("batchSize", "9223372036854775807"), ("epochs", "9223372036854775807"),
            ("seed", "18446744073709551615"), ("seed", "-1"), ("threads", "1024"), ("prefetch", "1024"),
            ("classFrequencies", "[1]"), ("classFrequencies", "[.nan, .inf, 1]"), ("loss", "focal"),
            ("protocol", "paper"),
            ("learningRate", ".nan"), ("learningRate", "1e308"), ("dropout", "0.99999999"),
        ].map { setting($0.0, $0.1) }

    // MARK: Any file of the folder

    static let files = [
        "config.yaml", "metrics.jsonl", "result.json", "predictions.csv", "checkpoints", "checkpoints/last.h5",
        "checkpoints/best.h5",
    ].flatMap { name in
        [
            Change("\(name): missing") { run, _ in try remove(run, name) },
            Change("\(name): empty") { run, _ in
                try remove(run, name)
                try Data().write(to: URL(filePath: run + "/" + name))
            },
            Change("\(name): a pipe") { run, _ in
                try remove(run, name)
                #expect(mkfifo(run + "/" + name, 0o600) == 0)
            },
            Change("\(name): a folder") { run, _ in
                try remove(run, name)
                try FileManager.default.createDirectory(atPath: run + "/" + name, withIntermediateDirectories: false)
            },
            Change("\(name): a link to another file") { run, decoy in
                try remove(run, name)
                try FileManager.default.createSymbolicLink(atPath: run + "/" + name, withDestinationPath: decoy)
            },
            Change("\(name): a link to nothing") { run, decoy in
                try remove(run, name)
                try FileManager.default.createSymbolicLink(
                    atPath: run + "/" + name, withDestinationPath: run + "/../canary")
            },
        ]
    }

    private static func remove(_ run: String, _ name: String) throws {
        try FileManager.default.removeItem(atPath: run + "/" + name)
    }

    // MARK: Checkpoints

    /// Changes the bytes of both checkpoints.
    private static func bytes(_ name: String, _ change: @escaping @Sendable (Data) -> Data) -> Change {
        Change("checkpoints: \(name)") { run, _ in
            for file in ["last.h5", "best.h5"] {
                let path = run + "/checkpoints/" + file
                let content = try Data(contentsOf: URL(filePath: path))
                try FileManager.default.removeItem(atPath: path)
                try change(content).write(to: URL(filePath: path))
            }
        }
    }

    /// Changes checkpoints through HDF5. Only `last.h5` has the optimiser's state.
    private static func contents(
        _ name: String, of files: [String] = ["last.h5", "best.h5"],
        _ change: @escaping @Sendable (borrowing File, _ decoy: String) throws -> Void
    ) -> Change {
        Change("checkpoints: \(name)") { run, decoy in
            for file in files {
                let checkpoint = try File(updating: run + "/checkpoints/" + file)
                try change(checkpoint, decoy)
                try checkpoint.close()
            }
        }
    }

    /// Writes values with the checksum that belongs to them.
    private static func replace<Value: Scalar>(_ path: String, _ values: [Value]) -> Change {
        contents("\(path) of \(values.count) values") { file, _ in
            try writeChecked(values, to: path, of: file)
        }
    }

    private static func writeChecked<Value: Scalar>(
        _ values: [Value], to path: String, of file: borrowing File
    ) throws {
        try file.delete(path)
        try file.write(values, to: path)
        var checksum = CRC32()
        values.withUnsafeBytes { checksum.update($0) }
        try file.writeInteger(attribute: "crc32", of: path, value: Int(checksum.value))
    }

    /// Gives the one finished epoch another number.
    private static func epoch(_ number: Int) -> Change {
        contents("epoch \(number)") { file, decoy in
            let metrics: [UInt8] = try file.openDataset("progress/metrics").readAll()
            let text = String(decoding: metrics, as: UTF8.self).replacing("\"epoch\":1,", with: "\"epoch\":\(number),")
            #expect(text.utf8.elementsEqual(metrics) == false)
            try writeChecked(Array(text.utf8), to: "progress/metrics", of: file)
        }
    }

    private static func attribute(_ name: String, of group: String, _ value: Int) -> Change {
        contents(
            "\(group)@\(name) is \(value)", of: group == "optimizer" ? ["last.h5"] : ["last.h5", "best.h5"]
        ) { file, _ in
            try file.writeInteger(attribute: name, of: group, value: value)
        }
    }

    private static func first(_ group: String, of file: borrowing File) throws -> String {
        try group + "/" + #require(file.memberNames(of: group).first)
    }

    static let checkpoints: [Change] =
        [
            bytes("cut short") { $0.prefix($0.count / 2) }, bytes("the last byte is missing") { $0.dropLast() },
            bytes("a text") { _ in Data("no checkpoint\n".utf8) },
            bytes("a bit flipped") { bytes in
                var bytes = bytes
                bytes[bytes.count * 2 / 3] ^= 4
                return bytes
            },
            Change("checkpoints: a store") { run, decoy in
                let store = try Data(contentsOf: URL(filePath: run + "/../sound.h5"))
                try bytes("") { _ in store }.make(run, decoy)
            },
            contents("parameters in another file") { file, decoy in
                try file.delete("parameters")
                try file.createExternalLink("parameters", file: decoy, path: "/features")
            },
            contents("no parameters") { file, _ in try file.delete("parameters") },
            contents("parameters without a member") { file, _ in
                try file.delete("parameters")
                _ = try file.createGroup("parameters")
            },
            contents("a parameter is a group") { file, _ in
                let path = try first("parameters", of: file)
                try file.delete(path)
                _ = try file.createGroup(path)
            },
            contents("a parameter holds text") { file, _ in
                let path = try first("parameters", of: file)
                try file.delete(path)
                try file.writeStrings(["a", "b"], to: path)
            },
            contents("a parameter is a number") { file, _ in
                let path = try first("parameters", of: file)
                try file.delete(path)
                try file.write([Float(1)], to: path, shape: [])
            },
            contents("a parameter claims a terabyte") { file, _ in
                let path = try first("parameters", of: file)
                try file.delete(path)
                _ = try file.createDataset(path, type: .float32, shape: [1 << 38])
            },
            contents("a parameter has no rows") { file, _ in
                let path = try first("parameters", of: file)
                try file.delete(path)
                _ = try file.createDataset(path, type: .float32, shape: [0, 1 << 40])
            },
            contents("a parameter of a foreign storage") { file, _ in
                let path = try first("parameters", of: file)
                try file.delete(path)
                try file.createDataset(path, storedAs: .external, shape: [3, 3])
            },
            contents("an unknown parameter") { file, _ in try file.write([Float(1)], to: "parameters/\u{1B}[2J;rm") },
            contents("no moments", of: ["last.h5"]) { file, _ in try file.delete("optimizer/first_moments") },
            epoch(-5), epoch(2), epoch(.max), replace("progress/metrics", Array("{\n".utf8)),
            replace("progress/metrics", [UInt8]()),
            replace("progress/metrics", Array(String(repeating: "[", count: 100_000).utf8)),
            replace("progress/metrics", [0xFF, 0xFE, 0x0A]),
            replace("progress/step_losses", [Float](repeating: 1, count: 100_000)),
            replace("progress/step_losses", [Float.nan]),
        ]
        + [Int.min, -1, Int.max].flatMap { value in
            [attribute("step", of: "random", value), attribute("step_count", of: "optimizer", value)]
        }
        + [Int.min, -1, 0, Int.max].flatMap { value in
            [attribute("epoch", of: "order", value), attribute("position", of: "order", value)]
        }
}
