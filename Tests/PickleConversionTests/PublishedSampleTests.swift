import Conversion
import FeatureStore
import TestSupport
import Testing

@testable import PickleConversion

/// The sample of `data/make_sample.py`, which users begin with, converts without a warning.
@Suite struct PublishedSampleTests {
    @Test(arguments: [
        (ConvertibleDataset.iemocap, ["IEMOCAP_features.pkl", "iemocap_features_roberta.pkl"], [100, 1582, 342]),
        (ConvertibleDataset.meld, ["MELD_features_raw1.pkl", "meld_features_roberta.pkl"], [600, 300, 342]),
    ])
    func theSampleConverts(dataset: ConvertibleDataset, names: [String], widths: [Int]) throws {
        let folder = try TemporaryFolder()
        _ = try Samples.call("make_sample", "write_sample", [try Python.string(folder.path)])
        let request = ConversionRequest(inputs: names.map(folder.file), output: folder.file("out.h5"), dataset: dataset)
        let summary = try PickleConverter.convert(request)
        #expect(summary.warnings == [])
        #expect(summary.splits.map(\.dialogues) == [8, 2, 4])
        let store = try Store(opening: summary.store.path)
        #expect(["text_base", "audio", "visual"].map { store.feature(named: $0)?.width } == widths)
        #expect(store.features(of: .text).map(\.width) == [1024, 1024, 1024, 1024])
        #expect(Set(store.labels).count == store.labelNames.count)
    }
}
