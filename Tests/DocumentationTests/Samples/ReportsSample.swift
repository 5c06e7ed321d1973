import FeatureStore
import Files
import Reports
import TestSupport
import Testing

extension ModuleDocumentTests {
    @Test func reportsSample() throws {
        let scratch = try TemporaryFolder()
        let (path, page, figures) = (scratch.file("store.h5"), scratch.file("page.html"), scratch.file("figures"))
        try SyntheticStore().write(to: path)
        // sample
        let report = try Report(of: Store(opening: path), toolVersion: "1.0")
        try report.write(to: OutputPath(page))
        let count = try report.writeFigures(to: figures, overwrites: false)
        print("\(report.title): \(count) figures")
        // end
        #expect(report.title == "SYNTHETIC: data" && count > 5)
        #expect(try scratch.names() == ["figures", "page.html", "store.h5"])
    }
}
