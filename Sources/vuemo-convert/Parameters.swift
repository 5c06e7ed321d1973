import ArgumentParser
import CommandSupport
import Files
import HDF5
import PickleConversion

/// `vuemo-convert parameters`: what `vuemo import-checkpoint` has made of a file of PyTorch, as it cannot read pickles itself.
struct Parameters: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a state dict of PyTorch as an HDF5 file.",
        discussion: "This is for 'vuemo import-checkpoint', which calls it.", shouldDisplay: false)

    @Argument(help: ArgumentHelp("The file of torch.save.", valueName: "file"))
    var input: String

    @Option(name: .shortAndLong, help: ArgumentHelp("The file to write, which must not exist.", valueName: "file"))
    var output: String

    /// Of what it says where it fails.
    @OptionGroup var report: FormatOption

    /// Each array is a dataset of its number, with its name as an attribute: names may have slashes in them.
    func run() throws {
        try AtomicFile.replace(output, overwrites: false) { temporary in
            let file = try File(creating: temporary)
            var count = 0
            try StateDictionary.read(input) { name, shape, values in
                let path = "arrays/\(count)"
                try file.writeFloats(path, shape: shape, values: values)
                try file.writeString(attribute: "name", of: path, value: String(name.prefix(1000)))
                count += 1
            }
            try file.close()
        }
    }
}
