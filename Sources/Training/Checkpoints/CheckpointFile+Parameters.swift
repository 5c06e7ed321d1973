import HDF5
import NeuralNetworks

extension CheckpointFile {
    /// Fills parameters from the group `parameters` of a checkpoint, or of any HDF5 file with PyTorch's names and shapes; running
    /// statistics that are not there keep their values.
    /// - Throws: `TrainingError` that names everything that does not fit; `HDF5Error` where the file cannot be read.
    static func readParameters(_ path: String, into store: ParameterStore) throws {
        let file = try File(opening: path)
        try load(NamedArrays.read(parameters, of: file), into: store, requireBuffers: false, name: path)
    }

    /// The number of values of every parameter in a file.
    static func parameterCounts(_ path: String) throws -> [String: Int] {
        let file = try File(opening: path)
        guard file.exists(parameters) else { return [:] }
        return try Dictionary(
            uniqueKeysWithValues: file.memberNames(of: parameters).map {
                ($0, try file.openDataset(parameters + "/" + $0).count)
            })
    }

    static func load(
        _ arrays: [String: (shape: [Int], values: [Float])], into store: ParameterStore, requireBuffers: Bool,
        name: String
    ) throws(TrainingError) {
        do {
            try store.load(arrays, requireBuffers: requireBuffers)
        } catch {
            var faults: [String] = []
            if !error.missing.isEmpty { faults.append("it lacks \(error.missing.joined(separator: ", "))") }
            if !error.unknown.isEmpty {
                faults.append("the model does not know \(error.unknown.joined(separator: ", "))")
            }
            if !error.misshapen.isEmpty {
                faults.append("of another shape are \(error.misshapen.joined(separator: ", "))")
            }
            throw TrainingError(
                .checkpoint,
                "\(name) does not fit the configured model (\(faults.joined(separator: "; "))); "
                    + "use the configuration and the store that it was made with.")
        }
    }
}
