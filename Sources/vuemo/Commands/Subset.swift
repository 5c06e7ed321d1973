import ArgumentParser
import FeatureStore
import StoreTools

/// `vuemo subset`: a part of a store as a new store.
struct Subset: ListedCommand {
    static let section = CommandSection.store
    static let configuration = CommandConfiguration(
        abstract: "Take a part of a store into a new one.",
        usage: "vuemo subset [<options>] <store.h5> --output <file>",
        discussion: """
            A dialogue is taken if --dialogue, --dialogues or --dialogues-from names it and --split names its split; a \
            feature if --modality and --feature do. What is not given takes all. Classes and speakers keep their numbers; \
            the new store names the old one in its provenance.

            Examples:
              vuemo subset iemocap.h5 --modality text audio -o iemocap-ta.h5
              vuemo subset iemocap.h5 --split train valid -o iemocap-development.h5
              vuemo subset iemocap.h5 --dialogue Ses01F_impro01 -o one.h5 --compress 4
              vuemo subset iemocap.h5 --dialogues 'Ses05*' -o session-5.h5
              vuemo subset meld.h5 --dialogues-from ids.txt -o part.h5
            """)

    @Argument(help: ArgumentHelp("The store to take from.", valueName: "store.h5"))
    var store: String

    @OptionGroup(title: "What is taken") var selection: SelectionOptions
    @OptionGroup(title: "Store") var output: StoreOutputOptions

    func run() throws {
        let target = output.output.cleared()
        try output.report(
            StoreSubset.write(
                selection.selection(), of: Store(opening: store), to: target, options: output.writer,
                origin: output.origin))
    }
}
