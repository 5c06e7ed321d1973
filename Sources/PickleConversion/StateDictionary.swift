import Conversion

/// The parameters of a model as `torch.save(model.state_dict(), path)` writes them, also inside a checkpoint with other things. Nothing that
/// the file names is imported or called, and PyTorch is not needed.
public enum StateDictionary {
    /// Visits every array under its name, in the order of the file.
    /// - Parameter visit: Gets shape and numbers, row by row; other types of numbers become float32.
    /// - Throws: `ConversionError` where the file is none, is damaged or asks for more than data; what `progress` or `visit` throws.
    public static func read(
        _ path: String, progress: @escaping ConversionProgressHandler = { _ in },
        visit: (_ name: String, _ shape: [Int], _ values: UnsafeBufferPointer<Float>) throws -> Void
    ) throws {
        let arrays = try PickledArrays(
            try InputFile(path: path), ProgressReport(progress), by: ("state_dict", "StateDict"))
        let names = arrays.ids.strings
        try arrays.read((0..<UInt32(names.count)).map { $0 }) { place, array in
            var conversion = FloatConversion()
            try conversion.withFloats(array.bytes, type: array.type) { values, _ in
                try visit(names[place], array.shape, values)
            }
        }
    }
}
