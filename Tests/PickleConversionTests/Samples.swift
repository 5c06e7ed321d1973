import Foundation
import TestSupport
import Testing

@testable import PickleConversion

/// Pickles made by `Generator/sample_files.py` in the embedded interpreter, and what their values must be.
enum Samples {
    static let widths = [
        "text": 5, "audio": 4, "visual": 3, "roberta1": 6, "roberta2": 6, "roberta3": 6, "roberta4": 6,
    ]
    private static let places = [
        "text": 0, "audio": 1, "visual": 2, "roberta1": 3, "roberta2": 4, "roberta3": 5, "roberta4": 6,
    ]
    static let counts = [3, 1, 4, 2, 5, 2]
    /// Dialogues by number in the store's order when both files are given.
    static let order = [0, 3, 1, 4, 5, 2]
    /// The order of the base file alone.
    static let baseOrder = [0, 3, 1, 4, 5, 2]

    private static let modules: Result<Void, any Error> = Result {
        try Python.start()
        let made = ["numpy_pickles", "make_sample"].map { (name: $0, folder: "data") }
        let checks = [
            "torch_files", "joblib_files", "torch_hostile", "torch_checks", "sample_files", "hostile_checks",
            "reader_checks",
            "fuzz_pickles", "damage_checks", "export_checks",
        ].map { (name: $0, folder: "Tests/PickleConversionTests/Generator") }
        for (name, folder) in made + checks {
            try Python.add(module: name, source: Array(try ProjectFiles.text("\(folder)/\(name).py").utf8))
        }
    }

    /// Calls a function of the generator's modules.
    static func call(_ module: String, _ function: String, _ arguments: [PythonHandle]) throws -> PythonHandle {
        try modules.get()
        return try Python.call(module, function, arguments)
    }

    /// The bytes of one file; `options` as JSON (see `sample_files.py`).
    static func pickle(_ options: String = "{}") throws -> [UInt8] {
        try modules.get()
        return try call("sample_files", "make", [try Python.string(options)]).withContent { Array($0) }
    }

    /// Writes a file into a folder and returns its path.
    static func write(_ bytes: [UInt8], _ name: String, in folder: String) throws -> String {
        let path = "\(folder)/\(name)"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    /// Writes the base and the RoBERTa file of a dataset; further options for both, or for one, as JSON members.
    static func pair(
        _ dataset: String, in folder: String, both: String = "", base: String = "", roberta: String = ""
    ) throws -> [String] {
        try [("base", base), ("roberta", roberta)].map { part, own in
            let options = ["\"dataset\":\"\(dataset)\",\"part\":\"\(part)\"", both, own].filter { !$0.isEmpty }
            return try write(try pickle("{\(options.joined(separator: ","))}"), "\(part).pkl", in: folder)
        }
    }

    /// What the generator puts into a feature.
    static func value(_ feature: String, _ dialogue: Int, _ utterance: Int, _ column: Int) -> Float {
        Float((places[feature]! * 31 + dialogue * 17 + utterance * 7 + column * 3) % 128) / 4 - 16
    }

    /// All rows of a feature in the order of the dialogues.
    static func rows(_ feature: String, order: [Int] = order, _ convert: (Float) -> Float = { $0 }) -> [Float] {
        order.flatMap { dialogue in
            (0..<counts[dialogue]).flatMap { utterance in
                (0..<widths[feature]!).map { convert(value(feature, dialogue, utterance, $0)) }
            }
        }
    }

    /// The store's name of a generated feature.
    static func storeName(_ feature: String) -> String {
        feature.hasPrefix("roberta")
            ? "text_roberta_\(feature.dropFirst(7))" : feature == "text" ? "text_base" : feature
    }
}
