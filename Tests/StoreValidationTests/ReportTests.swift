import FeatureStore
import Foundation
import StoreValidation
import TestSupport
import Testing

@Suite struct ReportTests {
    @Test func textFitsEightyColumns() throws {
        let folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("store.h5"), changing: { $0.sources = [] })
        let report = try StoreValidator.validate(folder.file("store.h5"))
        let lines = report.text().split(separator: "\n")
        // A path cannot be broken.
        #expect(lines.dropFirst().allSatisfy { $0.count <= 80 })
        #expect(lines.contains { $0.hasPrefix("warning W140 no provenance") })
        #expect(lines.last == "0 errors, 1 warning, 4 notes")
    }

    @Test func jsonCarriesEverything() throws {
        let folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("store.h5"), changing: { $0.sources = [] })
        let report = try StoreValidator.validate(folder.file("store.h5"))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(report.json().utf8)) as? [String: Any])
        #expect(object["warnings"] as? Int == 1)
        #expect(object["dialogues"] as? Int == 11)
        let findings = try #require(object["findings"] as? [[String: Any]])
        #expect(findings[0]["code"] as? String == "W140")
        #expect(findings[0]["severity"] as? String == "warning")
        #expect((findings[0]["hint"] as? String)?.isEmpty == false)
    }

    @Test func layersOfOneEncoderAreToldTogether() throws {
        let folder = try TemporaryFolder()
        try SyntheticStore().write(
            to: folder.file("store.h5"),
            changingRows: { feature, rows in
                guard feature.modality == .text || feature.name == "audio" else { return }
                for column in 0..<feature.width { rows[rows.count - feature.width + column] = rows[column] }
            })
        let report = try StoreValidator.validate(folder.file("store.h5"), options: ValidationOptions(select: ["W102"]))
        #expect(report.findings.map(\.place) == ["/features/audio"] + (1...4).map { "/features/text_roberta_\($0)" })
        let lines = report.text().split(separator: "\n").map(String.init)
        #expect(
            lines.filter { $0.hasPrefix("warning") } == [
                "warning W102 identical rows across splits, /features/audio",
                "warning W102 identical rows across splits, 4 layers",
            ])
        for layer in 1...4 {
            #expect(lines.contains("  /features/text_roberta_\(layer): 1 rows repeat a row of another split"))
        }
        #expect(lines.count { $0.contains("Yeah.") } == 2)
        #expect(lines.dropFirst().allSatisfy { $0.count <= 80 })
    }

    @Test func failsFromASeverityOn() throws {
        let folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("store.h5"), changing: { $0.sources = [] })
        let report = try StoreValidator.validate(folder.file("store.h5"))
        #expect(!report.fails(on: .error) && report.fails(on: .warning) && report.fails(on: .information))
    }

    @Test func codesAreUnique() {
        #expect(Set(FindingCode.all.map(\.rawValue)).count == FindingCode.all.count)
        for code in FindingCode.all {
            #expect(!code.title.isEmpty && (code.severity == .information || !code.hint.isEmpty))
        }
    }
}
