// ConverterScripts
