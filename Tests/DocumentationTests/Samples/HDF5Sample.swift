import HDF5
import TestSupport
import Testing

extension ModuleDocumentTests {
    @Test func hdf5Sample() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("file.h5")
        // sample
        let file = try File(creating: path)
        try file.write([1, 2, 3, 4, 5, 6] as [Float], to: "features/audio", shape: [3, 2])
        try file.close()
        let (shape, values) = try File(opening: path).readFloats("features/audio")
        // end
        #expect(shape == [3, 2] && values == [1, 2, 3, 4, 5, 6])
    }
}
