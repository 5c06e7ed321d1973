import FeatureStore
import HDF5
import StoreValidation
import TestSupport
import Testing

/// Every code: its fault is planted, and exactly its finding is seen. A rule that finds what it does not list stops a debug build.
@Suite struct FindingTests {
    @Test func everyCodeHasACase() {
        #expect(Set(FindingCase.all.map(\.code)) == Set(FindingCode.all))
    }

    @Test(arguments: FindingCase.all) func plantedFaultIsFound(_ planted: FindingCase) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store.h5")
        try planted.plant(at: path)
        let report = try StoreValidator.validate(path)
        let found = report.findings.filter { $0.code == planted.code }
        let finding = try #require(found.first)
        #expect(found.count == 1, "\(found)")
        #expect(finding.place == planted.place)
        #expect(finding.count == planted.count)
        #expect(finding.examples.count <= max(Finding.exampleLimit, planted.count))
        if let example = planted.example {
            #expect(finding.examples.first?.text.hasPrefix(example) == true, "\(finding.examples)")
        } else {
            #expect(finding.examples.isEmpty, "\(finding.examples)")
        }
        #expect(finding.code.hint.isEmpty == (finding.code.severity == .information && finding.code != .unknownContent))
        let others = Set(report.findings.map(\.code).filter { $0.severity > .information && $0 != planted.code })
        #expect(others.isSubset(of: planted.alongside), "\(others)")
        // What is asked for alone comes alone.
        let selected = try StoreValidator.validate(path, options: ValidationOptions(select: [planted.code.rawValue]))
        #expect(selected.findings == [finding])
    }

    @Test(arguments: ForeignStorage.allCases) func foreignStorageIsFound(_ storage: ForeignStorage) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store.h5")
        try SyntheticStore().write(to: path)
        let file = try File(updating: path)
        try file.createDataset("/features/foreign", storedAs: storage, shape: [45, 3])
        try file.close()
        let found = try StoreValidator.validate(path).findings.filter { $0.code == .foreignStorage }
        #expect(found.map(\.place) == ["/features/foreign"])
    }

    /// What is refused is told, its targets stay closed, and everything else is looked at all the same.
    @Test(arguments: ["/utterances", "/speakers", "/checksums/utterances", "/statistics/audio", "/provenance"])
    func linksAreToldAndNotFollowed(_ place: String) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store.h5")
        try SyntheticStore().write(to: path)
        try SyntheticStore().write(to: folder.file("other.h5"))
        let file = try File(updating: path)
        try file.delete(place)
        try file.createExternalLink(place, file: folder.file("other.h5"), path: place)
        try file.write(UInt8(0), attribute: "complete")
        try file.close()
        let canary = try Canary(folder.file("other.h5"))
        let found = try StoreValidator.validate(path).findings
        #expect(found.filter { $0.code == .foreignStorage }.map(\.place) == [place])
        #expect(found.contains { $0.code == .incomplete })
        #expect(!canary.wasOpened)
    }
}

extension FindingCase: CustomTestStringConvertible {
    public var testDescription: String { code.rawValue }
}
