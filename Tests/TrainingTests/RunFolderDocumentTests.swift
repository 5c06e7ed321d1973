import Foundation
import HDF5
import TestSupport
import Testing

@testable import Training

/// docs/run-folder.md names every file of a run folder and every field in these files, and no others.
@Suite struct RunFolderDocumentTests {
    @Test func namesTheFiles() throws {
        let tiny = try TinyRun()
        let folder = try tiny.train("run")
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0 != "checkpoints" }
        #expect(try names(in: "The run folder") == files.sorted())
    }

    @Test func namesTheKeysOfTheRecord() throws {
        let configuration = RunConfiguration(models: .all)
        let record = RunRecord(
            configuration: configuration, storePath: "/store.h5", dataset: "tiny", contentID: "0",
            storeFormatVersion: "1.0.0", initialParameters: "/start.h5", toolVersion: "1.0.0")
        let sections = configuration.yamlSections.map(\.name)
        var section = ""
        var keys: [String] = []
        for line in record.yaml.split(separator: "\n") {
            let key = String(line.prefix { $0 != ":" })
            if !line.hasPrefix(" ") {
                section = key
            } else if !sections.contains(section) {
                keys.append(section + "." + key.trimmingCharacters(in: .whitespaces))
            }
        }
        #expect(try names(in: "config.yaml") == keys.sorted())
    }

    @Test func namesTheFieldsOfTheMetrics() throws {
        let metrics = EpochMetrics(
            epoch: 1, trainLoss: 1, stepLosses: [1], trainSeconds: 1, dataSeconds: 1, evaluationSeconds: 1,
            learningRate: 1, gradientNorm: 1, largestGradientNorm: 1, parameterNorm: 1, utterancesPerSecond: 1,
            score: 1,
            validWeightedF1: 1, validMacroF1: 1, validMicroF1: 1, validAccuracy: 1, validBalancedAccuracy: 1,
            validLogLoss: 1, validCalibrationError: 1, validLoss: 1, testWeightedF1: 1, testMacroF1: 1, testMicroF1: 1,
            testLoss: 1, testAccuracy: 1, testBalancedAccuracy: 1, testLogLoss: 1, testCalibrationError: 1,
            peakMemoryMiB: 1)
        #expect(try names(in: "metrics.jsonl") == fields(of: JSON.line(metrics)))
    }

    @Test func namesTheFieldsOfTheResult() throws {
        let tiny = try TinyRun()
        let folder = try tiny.train("run")
        #expect(try names(in: "result.json") == fields(of: text(folder.result)))
    }

    @Test func namesTheColumnsOfThePredictions() throws {
        let tiny = try TinyRun()
        let header = try text(try tiny.train("run").predictions).prefix { $0 != "\n" }.split(separator: ",")
        #expect(header.suffix(tiny.store.labelNames.count).map(String.init) == tiny.store.labelNames)
        let columns = header.dropLast(tiny.store.labelNames.count).map(String.init)
        #expect(try names(in: "predictions.csv") == columns.sorted())
    }

    @Test func namesWhatACheckpointHolds() throws {
        let tiny = try TinyRun()
        let file = try File(opening: tiny.train("run").lastCheckpoint)
        var datasets: Set<String> = []
        func visit(_ path: String, as name: String) throws {
            let isChecked = file.hasAttribute("crc32", of: path)
            #expect(isChecked, "\(path)")
            datasets.insert(name)
        }
        for group in try file.memberNames(of: "/") {
            for member in try file.memberNames(of: group) {
                switch group {
                case "parameters": try visit("\(group)/\(member)", as: "/parameters/<name>")
                case "optimizer":
                    for name in try file.memberNames(of: "\(group)/\(member)") {
                        try visit("\(group)/\(member)/\(name)", as: "/\(group)/\(member)/<name>")
                    }
                default: try visit("\(group)/\(member)", as: "/\(group)/\(member)")
                }
            }
        }
        let places = try names(in: "Checkpoints")
        #expect(places.filter { !$0.contains("@") } == datasets.sorted())
        // A file cannot list its attributes here, so the page is held against the ones that CheckpointFile writes.
        let attributes = [
            "/@configuration", "/@content_id", "/@format", "/@format_version", "/optimizer@step_count", "/order@epoch",
            "/order@position", "/progress@data_seconds", "/progress@seconds", "/random@seed", "/random@step",
        ]
        #expect(places.filter { $0.contains("@") } == attributes)
        for attribute in attributes {
            let parts = attribute.split(separator: "@").map(String.init)
            let isThere = file.hasAttribute(parts[1], of: parts[0])
            #expect(isThere, "\(attribute)")
        }
    }

    /// What the first column of a section's table names, sorted.
    private func names(in section: String) throws -> [String] {
        let page = try ProjectFiles.text("docs/run-folder.md")
        let sections = page.components(separatedBy: "# \(section)\n")
        let lines = try #require(sections.count == 2 ? sections[1] : nil).components(separatedBy: "\n## ")[0]
        return lines.split(separator: "\n").filter { $0.hasPrefix("| `") }
            .map { String($0.dropFirst(3).prefix { $0 != "`" }) }.sorted()
    }

    /// The fields of a JSON object and of the objects in its lists, sorted.
    private func fields(of json: String) throws -> [String] {
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        return object.flatMap { name, value in
            [name] + ((value as? [[String: Any]])?.first?.keys.map { "\(name)[].\($0)" } ?? [])
                + ((value as? [String: Any])?.keys.map { "\(name).\($0)" } ?? [])
        }.sorted()
    }
}
