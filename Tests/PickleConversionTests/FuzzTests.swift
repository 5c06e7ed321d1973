import Conversion
import Foundation
import TestSupport
import Testing

@testable import PickleConversion

/// Mutated pickles of every layout go the whole way: they convert or are refused in one sentence, and nothing else.
/// `make fuzz` does the same for longer.
@Suite struct FuzzTests {
    struct Outcome: Decodable {
        var converted: Int
        var refused: Int
        var escape: String
        var slowest: Double
    }

    @Test(arguments: [1, 2, 3])
    func mutationsNeverEscape(seed: Int) throws {
        let json = try Samples.call("fuzz_pickles", "run", [try Python.string("250"), try Python.string("\(seed)")])
        let outcome = try JSONDecoder().decode(Outcome.self, from: try json.withContent { Data($0) })
        #expect(outcome.escape == "")
        #expect(outcome.converted + outcome.refused == 250 && outcome.refused > 100)
        #expect(outcome.slowest < 20)
    }
}

/// Small files that name far more than they hold: shared references, copies, keys. Each is refused by a budget.
@Suite struct ExpansionTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func refusal(_ bytes: [UInt8]) throws -> String {
        let path = try Samples.write(bytes, "bomb.pkl", in: folder.path)
        let fault = #expect(throws: ConversionError.self) {
            try PickleConverter.convert(ConversionRequest(inputs: [path], output: folder.file("out.h5")))
        }
        #expect(try folder.names() == ["bomb.pkl"])
        return fault.map { "\($0)" } ?? ""
    }

    private func bomb(_ kind: String) throws -> [UInt8] {
        try Samples.call("hostile_checks", "expansion", [try Python.string(kind)]).withContent { Array($0) }
    }

    @Test(arguments: [
        ("rows", "expands to far more than the file's size"), ("utterances", "far more than the file's size allows"),
        ("texts", "its texts expand to far more than the file's size"),
        ("keys", "more objects than any feature pickle holds"),
        ("dictionaries", "more objects than any feature pickle holds"),
        ("states", "more objects than any feature pickle holds"),
    ])
    func sharedContentIsCharged(kind: String, sentence: String) throws {
        let bytes = try bomb(kind)
        #expect(bytes.count < 3 << 20)
        let began = ContinuousClock.now
        let refused = try refusal(bytes)
        #expect(refused.contains(sentence), "\(refused)")
        #expect(ContinuousClock.now - began < .seconds(60))
    }
}
