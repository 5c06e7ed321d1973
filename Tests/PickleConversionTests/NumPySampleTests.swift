import Conversion
import Foundation
import TestSupport
import Testing

@testable import PickleConversion

/// Files that NumPy itself wrote (see `numpy_sample.py`) have the content that the generator's own files have.
@Suite struct NumPySampleTests {
    static let folder = ProjectFiles.url("Tests/PickleConversionTests/Generator/numpy")

    @Test(arguments: [("base-0", 0), ("base-2", 2), ("base-4", 4), ("base-5", 5), ("meld-3", 3), ("roberta-5", 5)])
    func realPicklesHaveTheKnownContent(name: String, number: Int) throws {
        let listed = try Data(contentsOf: Self.folder.appending(path: "options.json"))
        let all = try #require(try JSONSerialization.jsonObject(with: listed) as? [String: [String: Any]])
        let options = try JSONSerialization.data(withJSONObject: try #require(all[name]))
        let folder = try TemporaryFolder()
        let ours = try Samples.write(
            try Samples.pickle(String(decoding: options, as: UTF8.self)), "ours.pkl", in: folder.path)
        let real = Self.folder.appending(path: "\(name).pkl").path
        let contents = try [ours, real].map { input in
            let request = ConversionRequest(
                inputs: [input], output: folder.file("\(URL(filePath: input).lastPathComponent).h5"))
            return try PickleConverter.convert(request).store.contentID
        }
        #expect(contents[0] == contents[1])
        let found = try PickleScanner.scan(real)
        #expect(found.status == .safe && found.protocol == number)
        #expect(found.writer?.hasSuffix("NumPy 2") == true && found.layouts?.count == 1)
    }
}
