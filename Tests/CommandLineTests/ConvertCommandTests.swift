import FeatureStore
import Foundation
import TestSupport
import Testing

/// `vuemo convert` as a user runs it, with a layout of the user's own and with tables.
@Suite struct ConvertCommandTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ bytes: [UInt8], _ name: String) throws -> String {
        try Data(bytes).write(to: URL(filePath: folder.file(name)))
        return folder.file(name)
    }

    @Test func anOwnLayoutIsGivenWithoutASubcommand() throws {
        let pickle = try write(Array("(lp0\nI1\naI0\na.".utf8), "numbers.pkl")
        let layout = try write(
            Array(
                """
                from contribution import Contribution
                from datasets import Dataset

                def read(content, reader):
                    made = Contribution(reader, "numbers", Dataset("Numbers"))
                    made.take_labels({"d1": content, "d2": content})
                    made.take_feature("audio", "audio", {"d1": [[0.5, 1], [2, 3]], "d2": [[4, 5], [6, 7]]})
                    made.take_splits(train=["d1", "d2"])
                    return made
                """.utf8), "my_layout.py")
        let arguments = [
            "convert", "--layout", layout, pickle, "--valid-fraction", "0.5", "--name", "Renamed", "-o",
            folder.file("out.h5"),
        ]
        let outcome = try BuiltProduct.run("vuemo", arguments)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let store = try Store(opening: folder.file("out.h5"))
        #expect(store.dataset == "Renamed")
        #expect(store.splits.map(\.name) == ["train", "valid"])
        #expect(Array(store.labels) == [1, 0, 1, 0])
        #expect(try BuiltProduct.run("vuemo", ["validate", folder.file("out.h5")]).status == 0)
    }

    @Test func aTableBecomesAStoreWithoutAnyPickle() throws {
        let list = try write(
            Array("dialogue,label,split,text\na,calm,train,Hello\nb,glad,test,There\n".utf8), "list.csv")
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }\n"
        let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
        let version: [UInt8] = [1, 0, UInt8(header.utf8.count), 0]
        let numbers: [UInt8] = [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]
        let matrix = try write(magic + version + Array(header.utf8) + numbers, "audio.npy")
        let arguments = [
            "convert", "table", list, "--audio", matrix, "--labels", "glad,calm", "-o", folder.file("out.h5"),
        ]
        let outcome = try BuiltProduct.run("vuemo", arguments + ["--format", "json"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let store = try Store(opening: folder.file("out.h5"))
        #expect(store.labelNames == ["glad", "calm"] && Array(store.labels) == [1, 0])
        #expect(try store.readRows(of: "audio", 0..<2) == [1, 2])
        #expect(try BuiltProduct.run("vuemo", ["convert", "table", list, "-o", folder.file("x.h5")]).status == 64)
        #expect(try BuiltProduct.run("vuemo", arguments).status == 2)
    }

    /// A pickle of id -> array, of which only vuemo-convert can read anything, and MELD's columns.
    @Test func listsAreJoinedWithAPickleOfArrays() throws {
        let head =
            "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,StartTime,EndTime\n"
        let lists = try ["train", "dev", "test"].map { split in
            try write(Array("\(head)1,Hi,Ross,joy,positive,0,0,1,2,a,b\n".utf8), "\(split)_sent_emo.csv")
        }
        for (index, split) in ["train", "dev", "test"].enumerated() {
            _ = try write(Array("(dVdia0_utt0\n(lF\(index)\naFnan\nas.".utf8), "audio_\(split).pkl")
        }
        let arguments =
            ["convert", "table"] + lists + [
                "--columns", "meld", "--audio", folder.file("audio_{split}.pkl"), "--id-pattern", "meld",
                "--replace-non-finite", "-1.5", "-o", folder.file("out.h5"),
            ]
        let outcome = try BuiltProduct.run("vuemo", arguments)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let store = try Store(opening: folder.file("out.h5"))
        #expect(store.dataset == "MELD" && store.dialogues.map(\.id) == ["train_0", "valid_0", "test_0"])
        #expect(try store.readRows(of: "audio", 0..<3) == [0, -1.5, 1, -1.5, 2, -1.5])
        let info = try BuiltProduct.run("vuemo", ["info", folder.file("out.h5")])
        #expect(info.output.contains("3 values were NaN or infinite in the source and were replaced"))
        #expect(info.output.contains("NaN and infinity replaced by -1.5"))
        #expect(info.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(info.output)")
        let json = try BuiltProduct.run("vuemo", ["info", folder.file("out.h5"), "--format", "json"])
        #expect(json.output.contains("\"replaced_values\" : 3"))
        let validated = try BuiltProduct.run("vuemo", ["validate", folder.file("out.h5"), "--fail-on", "error"])
        #expect(validated.status == 0, "\(validated.output)")
    }

    @Test(arguments: [
        (
            ["--column", "talk=a"],
            "--column knows dialogue, utterance, speaker, label, split, text, sentiment, and not 'talk'."
        ),
        (["--column", "dialogue"], "--column takes a column and its name, such as dialogue=Dialogue_ID, and not"),
        (["--column", "text=a", "--column", "sentence=b"], "--column gives the sentence twice; give it once."),
        (["--split", "train"], "--split takes a split and its list, such as train=train.csv, and not 'train'."),
        (["--delimiter", "::"], "--delimiter takes comma, tab, semicolon, bar or one character"),
        (["--encoding", "utf-16"], "--encoding takes utf-8 or windows-1252"),
        (["--id-pattern", "{dialogue}"], "has neither {utterance} nor {number}"),
        (["--feature", "voice=a.npy"], "--feature takes the modalities text, audio and visual, and not 'voice'"),
        (["--feature", "audio=a.npy"], "The feature audio is given twice; give it once."),
        (["--feature", "text:0=a.npy"], "--feature counts layers from 1"),
        (["--allow-missing", "mean"], "--allow-missing"),
        (["--replace-non-finite", "nan"], "--replace-non-finite takes a finite number"),
        (["--replace-non-finite", "0", "--keep-non-finite"], "--keep-non-finite or --replace-non-finite, not both"),
    ])
    func mistakesInTheOptionsOfTablesAreNamed(options: [String], sentence: String) throws {
        let outcome = try BuiltProduct.run(
            "vuemo", ["convert", "table", "l.csv", "--audio", "a.npy", "-o", folder.file("x.h5")] + options)
        #expect(outcome.status == 64)
        let said = outcome.errors.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(said.contains(sentence), "\(said)")
    }

    /// The listing says what docs/layouts.md says, in 80 columns, and both programs give it.
    @Test func theKnownLayoutsAreListed() throws {
        let listing = try BuiltProduct.run("vuemo", ["convert", "--list-layouts"])
        #expect(listing.status == 0 && listing.errors.isEmpty, "\(listing.errors)")
        let lines = listing.output.split(separator: "\n").map(String.init)
        #expect(lines.filter { $0.count > 80 }.isEmpty)
        let said = lines.joined(separator: " ").split(separator: " ").joined(separator: " ")
        let rows = try ProjectFiles.text("docs/layouts.md").split(separator: "\n").filter { $0.hasPrefix("| ") }
        #expect(lines.filter { !$0.hasPrefix(" ") }.count == rows.count)
        for row in rows.dropFirst() {
            let cells = row.dropFirst(2).dropLast(2).components(separatedBy: " | ")
            #expect(said.contains("\(cells[0]) \(cells[3]) \(cells[1]) splits: \(cells[2])"), "\(cells[0])")
        }
        #expect(try BuiltProduct.run("vuemo-convert", ["--list-layouts"]).output == listing.output)
    }

    /// A copy of `vuemo` alone has nothing to hand over to.
    @Test func withoutTheOtherProgramTheListingIsASentence() throws {
        let alone = folder.file("vuemo")
        try FileManager.default.copyItem(atPath: BuiltProduct.folder + "/vuemo", toPath: alone)
        let process = Process()
        let errors = Pipe()
        process.executableURL = URL(filePath: alone)
        process.arguments = ["convert", "--list-layouts"]
        process.environment = ["PATH": folder.path]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        try process.run()
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 2)
        #expect(text.hasPrefix("Error: The layouts cannot be listed: vuemo-convert is neither beside vuemo nor on"))
        #expect(text.split(separator: "\n").count == 1)
    }

    @Test(arguments: ["0", "1", "-0.5", "much"])
    func aShareOfDialoguesIsBetweenZeroAndOne(share: String) throws {
        let outcome = try BuiltProduct.run(
            "vuemo-convert", ["auto", "x.pkl", "--valid-fraction=\(share)", "-o", folder.file("x.h5")])
        #expect(outcome.status == 64)
    }
}
