import FeatureStore
import Foundation
import TestSupport
import Testing

/// Slips of the pen on the command line: the sentence names what is meant.
@Suite struct UsageTests {
    @Test(arguments: [
        ("trian", "did you mean 'train'?"), ("inof", "did you mean 'info'?"), ("x.h5", "the commands are convert"),
    ])
    func aMisspeltCommandIsNamed(word: String, answer: String) throws {
        let outcome = try BuiltProduct.run("vuemo", [word, "store.h5"])
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("'\(word)' is no command; \(answer)"), "\(outcome.errors)")
    }

    @Test func helpIsStillACommand() throws {
        let outcome = try BuiltProduct.run("vuemo", ["help", "train"])
        #expect(outcome.status == 0 && outcome.output.contains("vuemo train"))
    }

    @Test(arguments: [
        ("--seed", "training.seed"), ("--epochs", "training.epochs"), ("--learning-rate", "optimizer.learningRate"),
    ])
    func aNegativeNumberIsAValue(option: String, key: String) throws {
        let folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("store.h5"))
        for value in ["-3", "-0.5e1"] {
            let outcome = try BuiltProduct.run("vuemo", ["train", folder.file("store.h5"), option, value])
            #expect(outcome.status == 64)
            #expect(outcome.errors.contains(key) && outcome.errors.contains(value), "\(outcome.errors)")
            #expect(!outcome.errors.contains("Missing value"))
        }
    }

    /// Swift would read them with other characters: another file would be opened, or written.
    @Test func wordsThatAreNotUTF8AreRefused() throws {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", "\"$0\" info \"$(printf 'b\\377se.h5')\"", BuiltProduct.folder + "/vuemo"]
        process.standardError = pipe
        try process.run()
        let errors = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 2)
        #expect(errors.contains("The word 'b\\xFFse.h5' of the command line is not UTF-8"), "\(errors)")
    }

    @Test func aSecondFileOfOneOptionIsNotDropped() throws {
        let table = try BuiltProduct.run(
            "vuemo", ["convert", "table", "list.csv", "--audio", "a.npy", "--audio=b.npy", "-o", "s.h5"])
        #expect(table.status == 64 && table.errors.contains("--audio is given twice"), "\(table.errors)")
    }
}
