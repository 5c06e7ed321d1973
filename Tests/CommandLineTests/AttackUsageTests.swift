import FeatureStore
import Foundation
import TestSupport
import Testing

/// Options, streams, tables and pickles that nobody should give: see ``Attack`` for what must hold.
@Suite struct AttackUsageTests {
    let attack: Attack
    private var folder: TemporaryFolder { attack.folder }

    init() throws { attack = try Attack() }

    // MARK: Options

    private static let numbers = ["", "-1", "nan", "1e400", "9223372036854775807", "99999999999999999999", "["]
    private static let values = [
        "", "-1", "nan", "99999999999999999999", "\u{1B}[2J\n", String(repeating: "x", count: 100_000),
    ]

    @Test(arguments: [
        "model.variant", "model.modalities", "model.hiddenSize", "model.vueLayers", "model.hypergraphLayers",
        "model.textNorm",
        "model.projectText", "model.speakerEmbedding", "model.dropout", "training.epochs", "training.batchSize",
        "training.seed",
        "training.protocol", "training.shuffle", "training.loss", "training.focalGamma", "training.classFrequencies",
        "training.threads", "training.prefetch", "optimizer.learningRate", "optimizer.beta1", "optimizer.beta2",
        "optimizer.epsilon", "optimizer.weightDecay", "model.name", "none.of.these", "",
    ])
    func settings(_ key: String) throws {
        for value in Attack.chosen(Self.numbers, of: key) {
            let words = ["train", attack.sound, "--output", folder.file("new")] + Attack.train
            // What is taken is also trained with.
            try attack.run(words + ["--set", "\(key)=\(value)"])
            attack.removeOutputs()
        }
    }

    private static let commands: [[String]] = [
        ["info", "$S"], ["validate", "$S"], ["diff", "$S", "$S"], ["subset", "$S", "-o", "$D/out.h5"],
        ["merge", "$S", "$S", "-o", "$D/out.h5"], ["export", "$S", "-o", "$D/out.npz"],
        ["train", "$S", "--output", "$D/new"] + Attack.train, ["evaluate", "$D/run"], ["scan", "$S"],
        ["convert", "$S", "-o", "$D/out.h5"], ["convert", "table", "$S", "--audio", "$S", "-o", "$D/out.h5"],
        ["split", "$S", "--valid-from", "train:0.5", "-o", "$D/out.h5"], ["compare", "$D/run"],
        ["ablate", "$S", "--output", "$D/new"] + Attack.train,
        ["sweep", "$D/sweep.yaml", "--store", "$S", "--output", "$D/new", "--quiet"],
        ["predict", "$D/run", "$S", "--explain"], ["embed", "$D/run", "$S", "-o", "$D/out.h5"],
        ["export", "$D/run", "--to", "safetensors", "-o", "$D/out.safetensors"],
        ["import-checkpoint", "$S", "$S", "--output", "$D/new"], ["report", "$D/run", "-o", "$D/out.html"],
    ]

    private func filled(_ command: [String]) -> [String] {
        command.map { $0.replacing("$S", with: attack.sound).replacing("$D", with: folder.path) }
    }

    /// The options of each command that are no settings.
    private static let optionsOfCommands = [
        ["--format"], ["--select", "--ignore", "--fail-on"], ["--format"],
        ["--dialogue", "--split", "--modality", "--feature", "--compress", "--output"], ["--prefix"],
        ["--form", "--output"],
        [
            "--config", "--preset", "--initial-parameters", "--resume", "--output", "--set", "--epochs",
            "--none-of-these", "--seeds", "--time-limit",
        ],
        ["--split", "--store"], ["--max-memory"],
        [
            "--max-memory", "--valid-fraction", "--test-fraction", "--split-seed", "--name", "--layout", "--frames",
            "--compress",
        ],
        ["--text", "--labels", "--speaker-scope", "--name", "--output", "--"],
        ["--fractions", "--folds", "--fold", "--leave-out", "--valid-from", "--group-by", "--seed", "--output"],
        ["--by", "--against", "--rounds", "--format"], ["--of", "--seeds", "--time-limit", "--format", "--output"],
        ["--store", "--output", "--time-limit", "--format"],
        ["--split", "--class-map", "--unknown-speakers", "--batch-size", "--form", "--output"],
        ["--stage", "--split", "--unknown-speakers", "--batch-size", "--form", "--output"], ["--to", "--output"],
        ["--preset", "--set", "--output", "--format"], ["--store", "--by", "--against", "--figures", "--output"],
    ]

    @Test(arguments: zip(commands, optionsOfCommands)) func options(_ command: [String], _ names: [String]) throws {
        let pairs = names.flatMap { option in Self.values.map { [option, $0] } }
        for pair in Attack.chosen(pairs, of: command.joined()) {
            try attack.run(filled(command) + pair)
            attack.removeOutputs()
        }
    }

    @Test(arguments: commands) func oddWords(_ command: [String]) throws {
        for word in Attack.chosen(Self.values + ["-", "0", "\u{202E}5h.erots"], of: command.joined()) {
            var words = filled(command)
            words[1] = word
            try attack.run(words)
            attack.removeOutputs()
        }
    }

    // MARK: Streams

    @Test(arguments: commands + [["--help"], ["train", "--help"], ["--version"], ["convert", "--list-layouts"]])
    func streams(_ command: [String]) throws {
        let kinds = [
            "<&-", ">&-", "2>&-", "<&- >&- 2>&-", ">/dev/full", "2>/dev/full", "2>&1 > >(true)", "</dev/zero",
        ]
        for redirections in Attack.chosen(kinds, of: command.joined()) {
            // 141: who reads the result went away.
            try attack.run(filled(command), redirections: redirections, statuses: [0, 1, 2, 64, 141])
            attack.removeOutputs()
        }
        #expect(try Store(opening: attack.sound).dataset == "SYNTHETIC")
    }

    // MARK: Tables and pickles

    @Test(arguments: [
        "", "\n", "dialogue", "dialogue\n\n\n", "dialogue,dialogue\na,b\n", "a\u{0},b\n", "dialogue\n\"a",
        "dialogue\n\"a\"b\n",
        "dialogue\na,b\n", "\u{FEFF}dialogue\na\n", "dialogue\r\na\rb\n", "{\"dialogue\": \"a\"}",
        "{\"dialogue\": 1e999}\n",
        "{\"dialogue\": [[[[", "{\"dialogue\": \"\\ud800\"}\n", "{\"dialogue\":\"a\",\"dialogue\":\"b\"}\n",
        "dialogue,label\na,9999999999999999999\n", "dialogue,speaker\na,\u{1B}]0;x\u{7}\n", "dialogue,split\na,valid\n",
    ])
    func tables(_ list: String) throws {
        let matrix = folder.file("audio.npy")
        try ZeroMatrix.write(rows: 1, width: 3, to: matrix)
        for name in Attack.chosen(["list.csv", "list.jsonl"], of: list) {
            try Data(list.utf8).write(to: URL(filePath: folder.file(name)))
            try attack.run([
                "convert", "table", folder.file(name), "--audio", matrix, "-o", folder.file("out.h5"), "--format",
                "json",
            ])
            attack.removeOutputs()
        }
    }

    @Test(arguments: [
        "", "{", "{}", "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 99999999999999999999)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 0)}",
        "{'descr': '<f4', 'fortran_order': True, 'shape': (1, -1)}",
        "{'descr': '|O', 'fortran_order': False, 'shape': (1, 4)}",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 4)" + String(repeating: " ", count: 65_000) + "}",
        String(repeating: "(", count: 60_000),
    ])
    func matrices(_ header: String) throws {
        let list = folder.file("list.csv")
        try Data("dialogue,label\na,joy\n".utf8).write(to: URL(filePath: list))
        for major in Attack.chosen([1, 2] as [UInt8], of: header) {
            let size = header.utf8.count
            var bytes = Data([0x93] + Array("NUMPY".utf8) + [major, 0, UInt8(size & 255), UInt8(size >> 8 & 255)])
            if major > 1 { bytes += [0, 0] }
            try (bytes + Data(header.utf8) + Data(count: 16)).write(to: URL(filePath: folder.file("a.npy")))
            try attack.run(["convert", "table", list, "--audio", folder.file("a.npy"), "-o", folder.file("out.h5")])
            attack.removeOutputs()
        }
    }

    /// Every sixth payload in the place of a dataset's own files; ``HostileFileTests`` gives all of them to scan and convert.
    @Test func pickles() throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", HostileFileTests.script, folder.path]
        try process.run()
        process.waitUntilExit()
        let names = try folder.names().filter { $0.hasSuffix(".pkl") || $0.hasSuffix(".pth") }
        #expect(names.count == 98)
        for (index, name) in names.enumerated() where index % 6 == 0 {
            let path = folder.file(name)
            let out = folder.file("out.h5")
            let commands = [
                ["convert", "iemocap", "--features", path, "-o", out, "--max-memory", "256", "--quiet"],
                ["convert", "meld", "--features", path, "--roberta", path, "-o", out, "--format", "json"],
                ["convert", "table", path, "--audio", path, "-o", out],
            ]
            for words in Attack.chosen(commands, of: name) { try attack.run(words, statuses: [2]) }
        }
    }
}
