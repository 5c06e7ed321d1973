import FeatureStore
import Foundation
import HDF5
import TestSupport
import Testing

/// `vuemo export RUN`, `import-checkpoint` and `embed` as a user runs them.
@Suite struct CarryCommandTests {
    private let folder: TemporaryFolder
    private let store, run: String

    init() throws {
        let trained = try TrainedRunFolder()
        (folder, store, run) = (trained.folder, trained.store, trained.run)
    }

    private func vuemo(_ words: String...) throws -> BuiltProduct.Outcome { try BuiltProduct.run("vuemo", words) }

    private func sound(_ words: String...) throws -> String {
        let outcome = try BuiltProduct.run("vuemo", words)
        try #require(outcome.status == 0, "\(words): \(outcome.errors)")
        return outcome.output
    }

    /// The header of a file of safetensors.
    private func header(_ path: String) throws -> [String: [String: Any]] {
        let data = try Data(contentsOf: URL(filePath: path))
        let count = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        let header = try JSONSerialization.jsonObject(with: data[8..<8 + count]) as? [String: [String: Any]]
        let end = try #require(header).values.compactMap { ($0["data_offsets"] as? [Int])?[1] }.max()
        #expect(count % 8 == 0 && data.count == 8 + count + (end ?? 0))
        return try #require(header)
    }

    @Test func aRunIsExportedWithItsNamesAndClasses() throws {
        let file = folder.file("run.safetensors")
        #expect(try sound("export", run, "--to", "safetensors", "-o", file).hasPrefix("export: \(file), epoch "))
        let header = try header(file)
        let metadata = try #require(header["__metadata__"] as? [String: String])
        #expect(metadata["format"] == "pt")
        let model = try JSONSerialization.jsonObject(with: Data(metadata["model", default: ""].utf8)) as? [String: Any]
        #expect(model?["hiddenSize"] as? Int == 8 && model?["projectText"] as? Bool == true)
        #expect(model?["modalities"] as? String == "avl" && model?["dropout"] as? Double == 0.5)
        let data = try JSONSerialization.jsonObject(with: Data(metadata["data", default: ""].utf8)) as? [String: Any]
        #expect(
            data?["classes"] as? [String] == ["class 0", "class 1", "class 2"] && data?["audio_width"] as? Int == 7)
        let checkpoint = try File(opening: run + "/checkpoints/best.h5")
        let names = try checkpoint.memberNames(of: "parameters")
        #expect(Set(header.keys) == Set(names + ["__metadata__"]))
        #expect(header["classify.weight"]?["shape"] as? [Int] == [3, 32])
        #expect(header["text_norms.0.num_batches_tracked"]?["dtype"] as? String == "I64")
    }

    @Test func aFolderForPyTorchHoldsTheModelAsCode() throws {
        let out = folder.file("exported")
        _ = try sound("export", run, "--to", "pytorch", "-o", out)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: out).sorted() == [
                "example.py", "model.py", "model.safetensors",
            ])
        let code = try String(contentsOfFile: out + "/model.py", encoding: .utf8)
        #expect(code == (try ProjectFiles.text("Sources/Models/VUEMO/vuemo.py")))
        #expect(try vuemo("export", run, "--to", "pytorch", "-o", out).errors.contains("it exists already"))
        #expect(try folder.names() == ["exported", "run", "store.h5"])
    }

    @Test(arguments: ["zip", "legacy", "wrapped"]) func whatThePublishedCodeHasIsImported(form: String) throws {
        let (named, saved, imported) = (
            folder.file("public.safetensors"), folder.file("best.pth"), folder.file("imported")
        )
        _ = try sound("export", run, "--to", "safetensors", "--public-names", "-o", named)
        #expect(try header(named)["EA_fusion.hyperedge_weight"]?["shape"] as? [Int] == [10_000])
        #expect(try header(named)["Global.memory_net.feature_enhancer.0.weight"]?["shape"] as? [Int] == [16, 8, 1])
        try save(named, saved, form, "wide:smax_fc.weight")
        let told = try sound("import-checkpoint", saved, store, "--output", imported, "--batch-size", "2")
        let words = told.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for line in [
            "emotion_modality.conv1.gate.weight 1×16 vue.gates.0.weight", "hidfc.weight 2×1 not used",
            "64 tensors used, 1 not used",
        ] { #expect(words.contains(line), "\(told)") }
        #expect(told.contains("model.hiddenSize=8") && told.contains("model.vueLayers=1"))
        // The same numbers, but for positions that no minibatch of the run has.
        #expect(try sound("predict", imported, store, "-q") == (try sound("predict", run, store, "-q")))
        #expect(try sound("evaluate", imported, "-q").hasPrefix("test, epoch 0"))
        let more = try sound("train", "--resume", imported, "--epochs", "100", "--print-config")
        #expect(more.contains("hiddenSize: 8"))
        let again = try sound(
            "train", store, "--initial-parameters", imported + "/checkpoints/best.h5", "--output", folder.file("again"),
            "--epochs", "1", "--set", "model.hiddenSize=8", "--set", "model.vueLayers=1", "--set",
            "model.hypergraphLayers=1", "-q")
        #expect(again.contains("weighted F1"))
    }

    private func save(_ named: String, _ target: String, _ form: String, _ change: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "python3", ProjectFiles.url("Tests/PickleConversionTests/Generator/state_dict_files.py").path, named,
            target,
            form, change,
        ]
        let outcome = try BuiltProduct.run(process)
        try #require(outcome.status == 0, "\(outcome.errors)")
    }

    @Test(arguments: [
        ("drop:smax_fc.bias", "smax_fc.bias is missing"),
        ("cut:smax_fc.weight", "smax_fc.weight has the shape [2, 32] and not [3, 32]"),
        ("cut:EA_fusion.EW_weight", ""),
        ("nan:linear_a.bias", "linear_a.bias holds NaN or infinity"),
    ]) func whatDoesNotFitIsNamed(change: String, words: String) throws {
        let (named, saved) = (folder.file("public.safetensors"), folder.file("best.pth"))
        _ = try sound("export", run, "--to", "safetensors", "--public-names", "-o", named)
        try save(named, saved, "zip", change)
        let outcome = try vuemo("import-checkpoint", saved, store, "--output", folder.file("imported"))
        #expect(outcome.status == (words.isEmpty ? 0 : 2), "\(outcome.errors)")
        #expect(outcome.errors.contains(words) || words.isEmpty, "\(outcome.errors)")
        #expect(FileManager.default.fileExists(atPath: folder.file("imported")) == words.isEmpty)
    }

    @Test func whatIsNoStateDictIsNamed() throws {
        for (name, bytes, words) in [
            ("list.pth", Array("(lI1\na.".utf8), "where the state dict of a model is expected"),
            ("evil.pth", Array("cos\nsystem\n(Vtouch x\ntR.".utf8), "os.system"), ("empty.pth", [], "empty"),
        ] {
            try Data(bytes).write(to: URL(filePath: folder.file(name)))
            let outcome = try vuemo("import-checkpoint", folder.file(name), store, "--output", folder.file("imported"))
            #expect(outcome.status == 2 && outcome.errors.contains(words), "\(outcome.errors)")
            #expect(outcome.errors.split(separator: "\n").filter { $0.hasPrefix("Error: ") }.count == 1)
        }
        let corrected = try vuemo(
            "import-checkpoint", folder.file("list.pth"), store, "--output", folder.file("imported"))
        #expect(corrected.status == 2)
    }

    @Test func stagesAreWrittenWithTheirIDs() throws {
        let (whole, archive) = (folder.file("e.h5"), folder.file("e.npz"))
        let told = try sound("embed", run, store, "--stage", "all", "-o", whole, "-q")
        #expect(
            told.contains(
                "stages: fused (32), gai (32), lgl (32), unimodal.a (8), unimodal.l (8), unimodal.v (8), vue (8)"))
        let file = try File(opening: whole)
        let source = try Store(opening: store)
        #expect(try file.readStrings("utterance") == Array(source.utteranceIDs))
        #expect(try file.readStrings("gold").first == "class 0")
        #expect(try file.readString(attribute: "content_id", of: "/") == source.contentID)
        // What the classifier gets is what local graph learning gave, with 0 in the place of what is below.
        let (lgl, fused) = (try file.readFloats("stages/lgl"), try file.readFloats("stages/fused"))
        #expect(fused.shape == [source.utteranceCount, 32] && fused.values == lgl.values.map { max(0, $0) })
        #expect(fused.values.contains { $0 > 0 } && lgl.values.contains { $0 < 0 })
        _ = try sound("embed", run, store, "-o", archive, "-q")
        // A member of a zip archive without compression is the file itself.
        let bytes = try Data(contentsOf: URL(filePath: archive))
        let numbers = fused.values.withUnsafeBytes { Data($0) }
        #expect(bytes.range(of: numbers) != nil && bytes.range(of: Data("stages/fused.npy".utf8)) != nil)
        let unzip = try run("import zipfile, sys; print(zipfile.ZipFile(sys.argv[1]).testzip())", archive)
        #expect(unzip == "None\n")
        let unknown = try vuemo("embed", run, store, "--stage", "hidden", "-o", folder.file("x.h5"))
        #expect(
            unknown.status == 2 && unknown.errors.contains("no stage \"hidden\"; it has fused, gai"),
            "\(unknown.errors)")
        let part = try sound("embed", run, store, "--split", "test", "--stage", "vue", "-o", whole, "--force", "-q")
        #expect(part.contains("stages: vue (8)"))
    }

    private func run(_ script: String, _ argument: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script, argument]
        return try BuiltProduct.run(process).output
    }

    @Test(arguments: [
        (["export", "run", "-o", "x.npz"], "is a folder; say --to safetensors or --to pytorch"),
        (["export", "run", "--to", "pytorch", "--public-names", "-o", "x"], "say --to safetensors"),
        (["export", "run", "--to", "safetensors", "--split", "test", "-o", "x"], "exports a run, whole"),
        (["export", "run", "--to", "pytorch", "--force", "-o", "x"], "none is ever replaced"),
        (["embed", "run", "s.h5", "-o", "x.txt"], "ends neither in .h5 nor in .npz"),
    ]) func wrongUsageIsExplained(words: [String], answer: String) throws {
        let words = words.map { $0 == "run" ? self.run : $0 }
        let outcome = try BuiltProduct.run("vuemo", words)
        #expect(outcome.status == 64 && outcome.errors.contains(answer), "\(outcome.errors)")
    }
}
