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
            #expect(outcome.status == 1 || outcome.status == 64)
            #expect(outcome.errors.contains(key) && outcome.errors.contains(value), "\(outcome.errors)")
            #expect(!outcome.errors.contains("Missing value"))
        }
    }

    @Test func aSecondFileOfOneOptionIsNotDropped() throws {
        let table = try BuiltProduct.run(
            "vuemo", ["convert", "table", "list.csv", "--audio", "a.npy", "--audio=b.npy", "-o", "s.h5"])
        #expect(table.status == 64 && table.errors.contains("--audio is given twice"), "\(table.errors)")
    }
}
