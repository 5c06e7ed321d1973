import FeatureStore
import Foundation
import TestSupport
import Testing

/// `vuemo train` as a user runs it.
@Suite struct TrainCommandTests {
    private let folder: TemporaryFolder
    private var store: String { folder.file("store.h5") }

    init() throws {
        folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("store.h5"))
    }

    /// Options for a model that trains in milliseconds.
    static let small = [
        "--threads", "1", "--epochs", "3", "--batch-size", "2", "--learning-rate", "0.01", "--set",
        "model.hiddenSize=8", "--set",
        "model.vueLayers=1", "--set", "model.hypergraphLayers=1",
    ]

    private func train(_ name: String, _ options: [String] = []) throws -> BuiltProduct.Outcome {
        try BuiltProduct.run("vuemo", ["train", store, "--output", folder.file(name)] + Self.small + options)
    }

    @Test func trainsEvaluatesAndPrintsTheTable() throws {
        let outcome = try train("run")
        #expect(outcome.status == 0, "\(outcome.errors)")
        for text in ["test, epoch", "class 0", "precision", "weighted F1", "confusion"] {
            #expect(outcome.output.contains(text))
        }
        // Not a terminal: a plain line per epoch, nothing redrawn.
        #expect(outcome.errors.contains("epoch 1/3  loss") && outcome.errors.contains("epoch 3/3  loss"))
        #expect(!outcome.errors.contains("\r"))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("run")).sorted()
        #expect(names == ["checkpoints", "config.yaml", "metrics.jsonl", "predictions.csv", "result.json"])
        let checkpoints = try FileManager.default.contentsOfDirectory(atPath: folder.file("run/checkpoints")).sorted()
        #expect(checkpoints == ["best.h5", "last.h5"])
    }

    @Test func evaluatesARunAgain() throws {
        #expect(try train("run", ["--quiet"]).status == 0)
        let json = try BuiltProduct.run("vuemo", ["evaluate", folder.file("run"), "--format", "json"])
        #expect(json.output == (try String(contentsOfFile: folder.file("run/result.json"), encoding: .utf8)))
        let valid = try BuiltProduct.run("vuemo", ["evaluate", folder.file("run"), "--split", "valid"])
        #expect(valid.status == 0 && valid.output.hasPrefix("valid, epoch"))
        try FileManager.default.moveItem(atPath: store, toPath: folder.file("moved.h5"))
        let lost = try BuiltProduct.run("vuemo", ["evaluate", folder.file("run")])
        #expect(lost.status == 2 && lost.errors.contains("store.h5"))
        let found = try BuiltProduct.run("vuemo", ["evaluate", folder.file("run"), "--store", folder.file("moved.h5")])
        #expect(found.status == 0)
    }

    @Test func quietShowsNothingAndJSONIsForScripts() throws {
        let outcome = try train("run", ["--quiet", "--format", "json", "--tensorboard"])
        #expect(outcome.errors == "")
        let names = try Set(FileManager.default.contentsOfDirectory(atPath: folder.file("run")))
        #expect(
            names.isSuperset(of: [
                "events.out.tfevents.vuemo", "projector_config.pbtxt", "embeddings.bytes", "embeddings.tsv",
            ]))
        let result = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        #expect(result["weighted_f1"] is Double && result["confusion"] is [[Int]])
    }

    @Test func namesRunFoldersByItself() throws {
        let here = "\(BuiltProduct.folder)/vuemo"
        for number in 1...2 {
            let process = Process()
            process.executableURL = URL(filePath: here)
            process.currentDirectoryURL = URL(filePath: folder.path)
            process.arguments =
                ["train", "store.h5", "--quiet"] + Self.small + ["--epochs", "1", "--variant", "corrected"]
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            #expect(
                FileManager.default.fileExists(atPath: folder.file("runs/synthetic-corrected-\(number)/result.json")))
        }
        // The store's path is remembered from the root, so the run can be used from anywhere.
        let evaluated = try BuiltProduct.run("vuemo", ["evaluate", folder.file("runs/synthetic-corrected-1")])
        #expect(evaluated.status == 0)
    }

    @Test func optionsOutrankTheFileWhichOutranksThePreset() throws {
        let yaml = "training: {epochs: 1, seed: 4}\noptimizer: {weightDecay: 0.5}\nmodel: {dropout: 0}\n"
        try Data(yaml.utf8).write(to: URL(filePath: folder.file("run.yaml")))
        let outcome = try train(
            "run", ["--preset", "meld", "--config", folder.file("run.yaml"), "--set", "model.dropout=0.25", "--quiet"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let config = try String(contentsOfFile: folder.file("run/config.yaml"), encoding: .utf8)
        for line in [
            "epochs: 3", "seed: 4", "weightDecay: 0.5", "dropout: 0.25", "loss: focal-released", "projectText: false",
            "learningRate: 0.01", "threads: 1",
        ] { #expect(config.contains(line + "\n"), "\(line) in \(config)") }
    }

    /// A run's config.yaml says where the run began; that is no setting, and a new run begins there only on request.
    @Test func whereARunBeganIsTold() throws {
        #expect(try train("first", ["--quiet", "--epochs", "1"]).status == 0)
        let start = URL(filePath: folder.file("first/checkpoints/best.h5")).standardizedFileURL.path
        let second = try train("second", ["--initial-parameters", start, "--quiet", "--epochs", "1"])
        #expect(second.status == 0 && second.errors.isEmpty, "\(second.errors)")
        let config = folder.file("second/config.yaml")
        let bare = try train("third", ["--config", config, "--dry-run", "--quiet"])
        #expect(
            bare.status == 0
                && bare.errors
                    == "warning: the run of \(config) began with the parameters of \(start), and this one does not; give --initial-parameters to begin there too.\n",
            "\(bare.errors)")
        let same = try BuiltProduct.run(
            "vuemo",
            [
                "train", store, "--config", config, "--initial-parameters", start, "--output", folder.file("third"),
                "--quiet",
            ])
        #expect(same.status == 0 && same.errors.isEmpty && same.output == second.output, "\(same.errors)")
    }

    @Test(arguments: [
        (["--set", "model.hiddenSzie=4"], "there is no key model.hiddenSzie; did you mean model.hiddenSize?"),
        (["--epochs", "many"], "--epochs: training.epochs must be a whole number from 1 to 100000, not \"many\""),
        (["--variant", "fixed"], "must be one of released, corrected"),
        (["--preset", "emorynlp"], "emorynlp"),
        (["--modalities", "xyz"], "model.modalities must be letters"),
        (["--config", "/nonexistent.yaml"], "/nonexistent.yaml cannot be read"),
        (["--output", "/dev/null/run"], "/dev/null/run cannot be created"),
        (["--initial-parameters", "/nonexistent.h5"], "/nonexistent.h5"),
        (["--frobnicate"], "frobnicate"),
    ])
    func badOptionsAreExplained(options: [String], message: String) throws {
        let outcome = try BuiltProduct.run(
            "vuemo", ["train", store] + Self.small + ["--output", folder.file("run")] + options)
        #expect(outcome.status != 0)
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
        #expect(try folder.names() == ["store.h5"])
    }

    @Test func badStoresAreExplained() throws {
        try Data("version https://git-lfs.github.com/spec/v1".utf8).write(to: URL(filePath: folder.file("pointer.h5")))
        try SyntheticStore().write(
            to: folder.file("nan.h5"), options: StoreWriterOptions(refusesNonFiniteValues: false),
            changingRows: { feature, rows in if feature.name == "audio" { rows[0] = .nan } })
        try SyntheticStore().write(to: folder.file("novalid.h5"), changing: { $0.splits[1].name = "held" })
        let before = try folder.names()
        for (name, message) in [
            ("missing.h5", "missing.h5"), ("pointer.h5", "pointer.h5"), ("novalid.h5", "--protocol paper"),
        ] {
            let outcome = try BuiltProduct.run(
                "vuemo", ["train", folder.file(name), "--output", folder.file("run")] + Self.small)
            #expect(outcome.status == 2)
            #expect(
                outcome.errors.split(separator: "\n").count == 1 && outcome.errors.contains(message),
                "\(outcome.errors)")
        }
        #expect(try folder.names() == before)
        let nan = try BuiltProduct.run(
            "vuemo", ["train", folder.file("nan.h5"), "--quiet", "--output", folder.file("run")] + Self.small)
        #expect(nan.status == 2)
        #expect(nan.errors.contains("feature audio of dialogue dialogue-0 holds NaN or infinity"), "\(nan.errors)")
    }

    @Test func neverOverwritesARun() throws {
        #expect(try train("run", ["--quiet"]).status == 0)
        let again = try train("run", ["--quiet"])
        #expect(again.status == 2)
        #expect(again.errors.contains("exists already and is never overwritten"))
    }

    /// A store without audio and visual features is trained on as it is; to ask for what is not there is an error.
    @Test func trainsOnTheModalitiesThatThereAre() throws {
        var text = SyntheticStore()
        (text.audioWidth, text.visualWidth) = (0, 0)
        try text.write(to: folder.file("text.h5"))
        let outcome = try BuiltProduct.run(
            "vuemo", ["train", folder.file("text.h5"), "--output", folder.file("run")] + Self.small)
        #expect(outcome.status == 0 && outcome.errors.contains("modalities l,"), "\(outcome.errors)")
        let config = try String(contentsOfFile: folder.file("run/config.yaml"), encoding: .utf8)
        #expect(config.contains("\n  modalities: l\n"), "\(config)")
        let asked = try BuiltProduct.run(
            "vuemo",
            ["train", folder.file("text.h5"), "--output", folder.file("other"), "--modalities", "al"] + Self.small)
        #expect(asked.status == 2 && asked.errors.contains("has no audio features"), "\(asked.errors)")
    }

    /// 288 GB for one matrix.
    @Test func aModelThatDoesNotFitIntoMemoryEndsInASentence() throws {
        let outcome = try train("run", ["--quiet", "--set", "model.hiddenSize=65536"])
        #expect(outcome.status == 2)
        #expect(
            outcome.errors.hasPrefix("Error: There is not enough memory: ")
                && outcome.errors.contains(" bytes more were asked for; ")
                && outcome.errors.filter { $0 == "\n" }.count == 1, "\(outcome.errors)")
        #expect(try folder.names() == ["store.h5"])
    }

    @Test func saysWhatHasNoEffect() throws {
        let outcome = try train("run", ["--quiet", "--modalities", "a", "--set", "model.speakerEmbedding=true"])
        #expect(outcome.status == 0)
        #expect(
            outcome.errors
                == "warning: model.speakerEmbedding, set by --set, has no effect, because text is not among model.modalities (a).\n"
        )
    }

    /// The baseline, by the same command.
    @Test func anotherModelIsTrainedResumedAndEvaluated() throws {
        let options = [
            "--threads", "1", "--batch-size", "2", "--set", "model.hiddenSize=8", "--model", "gru", "--quiet",
        ]
        let outcome = try BuiltProduct.run(
            "vuemo", ["train", store, "--output", folder.file("run"), "--epochs", "2"] + options)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let config = try String(contentsOfFile: folder.file("run/config.yaml"), encoding: .utf8)
        #expect(config.hasPrefix("model:\n  name: gru\n  modalities: avl\n  hiddenSize: 8\n"), "\(config)")
        let resumed = try BuiltProduct.run("vuemo", ["train", "--resume", folder.file("run"), "--quiet"])
        #expect(resumed.status == 0 && resumed.output == outcome.output)
        #expect(try BuiltProduct.run("vuemo", ["evaluate", folder.file("run"), "--split", "valid"]).status == 0)
        let wrong = try BuiltProduct.run(
            "vuemo", ["train", store, "--output", folder.file("wrong"), "--model", "gru", "--variant", "released"])
        #expect(
            wrong.status != 0 && wrong.errors.contains("--variant: there is no key model.variant"), "\(wrong.errors)")
        let unknown = try BuiltProduct.run("vuemo", ["train", store, "--model", "lstm"])
        #expect(
            unknown.errors.contains(
                "--model: model.name must be one of vuemo, bclstm, dialoguernn, gru, linear, m3net, mmgcn, not \"lstm\"."
            ),
            "\(unknown.errors)")
    }

    /// What is printed is YAML that gives the same configuration again.
    @Test func printsTheConfigurationThatARunWouldHave() throws {
        let options = ["--print-config", "--seed", "4", "--threads", "1", "--set", "model.dropout=0.25"]
        let printed = try BuiltProduct.run("vuemo", ["train", store] + options)
        #expect(printed.status == 0 && printed.errors.isEmpty)
        #expect(printed.output.contains("  # Must be a number from 0 to below 1. Default: 0.5\n  dropout: 0.25\n"))
        #expect(printed.output.contains("  classFrequencies: [0."), "counted on the store: \(printed.output)")
        try Data(printed.output.utf8).write(to: URL(filePath: folder.file("run.yaml")))
        let again = try BuiltProduct.run(
            "vuemo", ["train", store, "--print-config", "--config", folder.file("run.yaml")])
        #expect(again.output == printed.output)
        let withoutStore = try BuiltProduct.run(
            "vuemo", ["train", "--print-config", "--preset", "meld", "--threads", "1"])
        #expect(
            withoutStore.output.contains("  projectText: false\n")
                && withoutStore.output.contains("  learningRate: 2.0e-05\n"))
        #expect(try folder.names() == ["run.yaml", "store.h5"])
    }

    @Test func helpNamesDefaults() throws {
        let help = try BuiltProduct.run("vuemo", ["train", "--help"]).output.split(whereSeparator: \.isWhitespace)
            .joined(separator: " ")
        for option in [
            "--preset", "--variant", "--protocol", "--modalities", "--config", "--set", "--seed", "--threads",
            "--epochs", "--batch-size",
            "--learning-rate", "--output", "--resume", "--initial-parameters", "--prefetch", "--skip-verification",
            "--quiet", "--format",
            "(default: 1475)", "(default: sound)", "(default: 16)",
        ] { #expect(help.contains(option), "\(option)") }
        #expect(try BuiltProduct.run("vuemo", ["evaluate", "--help"]).output.contains("(default: test)"))
    }
}
