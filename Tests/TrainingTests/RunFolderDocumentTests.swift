import Foundation
import Testing

@testable import Training

@Suite struct RunFolderDocumentTests {
    /// docs/run-folder.md names every file of a run folder and every field of its JSON files, and no others.
    @Test func thePageListsFilesAndFields() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "docs/run-folder.md"), encoding: .utf8)
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `") }
            .map { String($0.dropFirst(3).prefix { $0 != "`" }) }

        let folder = RunFolder("run")
        let files = [
            folder.configuration, folder.metrics, folder.result, folder.predictions, folder.lastCheckpoint,
            folder.bestCheckpoint,
        ].map { String($0.dropFirst("run/".count)) }
        let metrics = EpochMetrics(
            epoch: 1, trainLoss: 1, stepLosses: [1], trainSeconds: 1, dataSeconds: 1, evaluationSeconds: 1,
            learningRate: 1, validWeightedF1: 1, validAccuracy: 1, validLoss: 1, testWeightedF1: 1, testAccuracy: 1,
            peakMemoryMiB: 1)
        let result = RunResult(
            .init(.init(classes: 2, gold: [0], predicted: [0])), classNames: ["a", "b"], chosenEpoch: 1, split: "test")
        func fields(_ json: String) throws -> Set<String> {
            let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
            return Set(try #require(object).keys)
        }
        let expected = try Set(files).union(fields(JSON.line(metrics))).union(fields(result.json))
        #expect(Set(rows) == expected)
        #expect(rows.count == expected.count)
    }
}
