import Foundation
import PickleConversion
import TestSupport
import Testing

extension ModuleDocumentTests {
    @Test func pickleConversionSample() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("numbers.pkl")
        try "(lp0\nI1\na.".write(toFile: path, atomically: false, encoding: .utf8)
        // sample
        let found = try PickleScanner.scan(path)
        print(found.status, found.layouts ?? [])
        for layout in try KnownLayout.all() { print(layout.name, layout.users) }
        // end
        #expect(found.status == .safe)
    }
}
