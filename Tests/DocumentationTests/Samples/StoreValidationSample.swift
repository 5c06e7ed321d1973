import StoreValidation
import TestSupport
import Testing

extension ModuleDocumentTests {
    @Test func storeValidationSample() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store.h5")
        try SyntheticStore().write(to: path)
        // sample
        let report = try StoreValidator.validate(path)
        if report.fails(on: .error) { print(report.text()) }
        // end
        #expect(!report.fails(on: .error))
    }
}
