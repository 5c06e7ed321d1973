import Foundation
import TestSupport
import Testing

/// The first page of each library module shows a sample that is compiled and run: the file `Samples/<Module>Sample.swift`.
@Suite struct ModuleDocumentTests {
    private static let modules = {
        let folders = (try? FileManager.default.contentsOfDirectory(atPath: ProjectFiles.url("Sources").path)) ?? []
        return folders.filter { exists(page(of: $0)) }.sorted()
    }()

    private static func page(of module: String) -> String { "Sources/\(module)/\(module).docc/\(module).md" }

    private static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: ProjectFiles.url(path).path)
    }

    /// What the page shows: the file's imports, without those that only the test needs, and what stands between its marks.
    private func sample(of module: String) throws -> String {
        let lines = try ProjectFiles.text("Tests/DocumentationTests/Samples/\(module)Sample.swift")
            .split(separator: "\n", omittingEmptySubsequences: false)
        let imports = lines.filter {
            $0.hasPrefix("import ") && !["Foundation", "Testing", "TestSupport"].contains($0.dropFirst(7))
        }
        let start = try #require(lines.firstIndex(of: "        // sample"))
        let end = try #require(lines.firstIndex(of: "        // end"))
        return (imports + [""] + lines[start + 1..<end].map { $0.dropFirst(8) }).joined(separator: "\n") + "\n"
    }

    /// With UPDATE_DOCS=1 in the environment the pages get the samples.
    @Test(arguments: modules) func thePageShowsTheSample(module: String) throws {
        let path = Self.page(of: module)
        let page = try ProjectFiles.text(path)
        let sample = try sample(of: module)
        let begin = try #require(page.firstRange(of: "```swift\n")).upperBound
        let end = try #require(page[begin...].firstRange(of: "```")).lowerBound
        try ProjectFiles.update(path, page[..<begin] + sample + page[end...])
        #expect(try ProjectFiles.text(path).contains("```swift\n\(sample)```"), "\(ProjectFiles.hint)")
        #expect(page.hasPrefix("# ``\(module)``\n"))
    }

    /// A library module without a page is not in the documentation that `make docs` writes.
    @Test func everyLibraryModuleHasAPage() throws {
        let package = try ProjectFiles.text("Package.swift")
        let libraries = package.matches(of: /\.library\(\s*name: "\w+",\s*targets: \[([^\]]*)\]/).flatMap {
            $0.1.matches(of: /"(\w+)"/).map { String($0.1) }
        }
        #expect(libraries.count > 10)
        #expect(Set(libraries).subtracting(Self.modules).isEmpty)
    }
}
