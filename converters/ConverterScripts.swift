/// The Python side of conversion, held in the binary so that it needs no files beside it.
public enum ConverterScripts {
    /// One Python module: its name and its source, UTF-8.
    public struct Module: Sendable {
        /// The name by which other modules import it.
        public let name: String
        /// The text of its file.
        public let source: [UInt8]
    }

    /// All modules, each after those that it imports. `conversion` is the entrance.
    public static var modules: [Module] {
        [
            Module(name: "faults", source: PackageResources.faults_py),
            Module(name: "text_kind", source: PackageResources.text_kind_py),
            Module(name: "file_kind", source: PackageResources.file_kind_py),
            Module(name: "stand_ins", source: PackageResources.stand_ins_py),
            Module(name: "allow_list", source: PackageResources.allow_list_py),
            Module(name: "array_runs", source: PackageResources.array_runs_py),
            Module(name: "opcode_table", source: PackageResources.opcode_table_py),
            Module(name: "opcodes_values", source: PackageResources.opcodes_values_py),
            Module(name: "opcodes_containers", source: PackageResources.opcodes_containers_py),
            Module(name: "opcodes_globals", source: PackageResources.opcodes_globals_py),
            Module(name: "pickle_machine", source: PackageResources.pickle_machine_py),
            Module(name: "zip_directory", source: PackageResources.zip_directory_py),
            Module(name: "torch_archive", source: PackageResources.torch_archive_py),
            Module(name: "torch_tensors", source: PackageResources.torch_tensors_py),
            Module(name: "scan_machine", source: PackageResources.scan_machine_py),
            Module(name: "torch_machine", source: PackageResources.torch_machine_py),
            Module(name: "safe_pickle", source: PackageResources.safe_pickle_py),
            Module(name: "datasets", source: PackageResources.datasets_py),
            Module(name: "fields", source: PackageResources.fields_py),
            Module(name: "field_reader", source: PackageResources.field_reader_py),
            Module(name: "feature_rows", source: PackageResources.feature_rows_py),
            Module(name: "contribution", source: PackageResources.contribution_py),
            Module(name: "base_features", source: PackageResources.base_features_py),
            Module(name: "roberta_features", source: PackageResources.roberta_features_py),
            Module(name: "combined_features", source: PackageResources.combined_features_py),
            Module(name: "sample_features", source: PackageResources.sample_features_py),
            Module(name: "iemocap_base", source: PackageResources.iemocap_base_py),
            Module(name: "iemocap_roberta", source: PackageResources.iemocap_roberta_py),
            Module(name: "iemocap_combined", source: PackageResources.iemocap_combined_py),
            Module(name: "meld_base", source: PackageResources.meld_base_py),
            Module(name: "meld_base_no_visual", source: PackageResources.meld_base_no_visual_py),
            Module(name: "meld_roberta", source: PackageResources.meld_roberta_py),
            Module(name: "meld_combined", source: PackageResources.meld_combined_py),
            Module(name: "meld_combined_sentiment", source: PackageResources.meld_combined_sentiment_py),
            Module(name: "emorynlp_roberta", source: PackageResources.emorynlp_roberta_py),
            Module(name: "dailydialog_roberta", source: PackageResources.dailydialog_roberta_py),
            Module(name: "corect_samples", source: PackageResources.corect_samples_py),
            Module(name: "cogmen_samples", source: PackageResources.cogmen_samples_py),
            Module(name: "mosei_base", source: PackageResources.mosei_base_py),
            Module(name: "other_base", source: PackageResources.other_base_py),
            Module(name: "other_roberta", source: PackageResources.other_roberta_py),
            Module(name: "layouts", source: PackageResources.layouts_py),
            Module(name: "cross_check", source: PackageResources.cross_check_py),
            Module(name: "splits", source: PackageResources.splits_py),
            Module(name: "assembly", source: PackageResources.assembly_py),
            Module(name: "own_layout", source: PackageResources.own_layout_py),
            Module(name: "content_tree", source: PackageResources.content_tree_py),
            Module(name: "scan", source: PackageResources.scan_py),
            Module(name: "conversion", source: PackageResources.conversion_py),
        ]
    }
}
