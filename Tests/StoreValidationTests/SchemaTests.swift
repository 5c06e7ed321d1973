import FeatureStore
import Foundation
import StoreValidation
import TestSupport
import Testing

/// Reports in JSON follow docs/validation-report.schema.json.
@Suite struct SchemaTests {
    private static let schema = ProjectFiles.url("docs/validation-report.schema.json")

    @Test(arguments: FindingCase.all) func reportsConform(_ planted: FindingCase) throws {
        let folder = try TemporaryFolder()
        try planted.plant(at: folder.file("store.h5"))
        let report = try StoreValidator.validate(folder.file("store.h5"))
        let check = try SchemaCheck(schema: Data(contentsOf: Self.schema), document: Data(report.json().utf8))
        #expect(check.faults.isEmpty)
    }

    @Test(arguments: [
        #"{"file": "a", "errors": 0, "warnings": 0, "information": 0}"#,
        #"{"file": "a", "errors": -1, "warnings": 0, "information": 0, "findings": []}"#,
        #"{"file": "a", "errors": 0, "warnings": 0, "information": 0, "findings": [], "mood": "good"}"#,
        #"{"file": "a", "errors": 0, "warnings": 0, "information": 0, "findings": [{"code": "E1"}]}"#,
    ]) func otherDocumentsDoNot(_ document: String) throws {
        let check = try SchemaCheck(schema: Data(contentsOf: Self.schema), document: Data(document.utf8))
        #expect(!check.faults.isEmpty)
    }
}
