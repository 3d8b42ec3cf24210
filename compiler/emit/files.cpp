// lib<name>.a, <name>.h and <name>.safetensors of a compiled program.
#include <algorithm>
#include <filesystem>

#include "compiler/compile.h"
#include "compiler/emit/archive.h"
#include "compiler/emit/file_set.h"
#include "compiler/emit/header.h"
#include "compiler/emit/table.h"
#include "runtime/error.h"
#include "runtime/file.h"
#include "runtime/safetensors.h"

namespace lithe {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

/// The name of a level's tables, as the header spells it: the model's, with that of the CPU where
/// there are better ones.
std::string level_name(const Compiled& compiled, size_t level) {
    std::string name = emit::identifier(compiled.artifact.name);
    if (level == 0) return name;
    name += "_" + compiled.levels()[level]->target.name;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

/// Kernels and tables of every level; the symbol of the most able one is the model's.
std::string library_of(const Compiled& compiled) {
    std::vector<emit::ArchiveMember> members;
    const std::vector<const Compiled*> levels = compiled.levels();
    for (size_t i = 0; i < levels.size(); ++i) {
        std::vector<std::string> kernels;
        for (const lower::Kernel& kernel : levels[i]->kernels) {
            members.push_back({kernel.name + ".o", kernel.object});
            kernels.push_back(kernel.name);
        }
        const std::string name = level_name(compiled, i);
        const std::string next =
            i + 1 < levels.size() ? level_name(compiled, i + 1) + "_artifact" : "";
        members.push_back({name + ".o", emit::table_object(name + "_artifact", levels[i]->encoded,
                                                           kernels, levels[i]->target, next)});
    }
    return emit::archive(members);
}

void write_weights(const Compiled& compiled, const std::string& path) {
    std::vector<Array> alive;
    std::vector<NamedTensor> tensors;
    for (const ir::Slot& slot : compiled.program.slots) {
        if (!slot.persistent) continue;
        alive.push_back(slot.data.dense());
        const Array& data = alive.back();
        const ConstTensorView view{data.raw(), data.dtype(), data.sizes()};
        tensors.push_back({slot.key, view});
        for (const std::string& alias : slot.aliases) tensors.push_back({alias, view});
    }
    save_safetensors(path, tensors);
}

}  // namespace

EmittedFiles emit_files(const Compiled& compiled, const std::string& folder) {
    const std::string& name = compiled.artifact.name;
    if (name.empty() || name.find('/') != std::string::npos) {
        throw UserError("emit.name", "emit: '" + name + "' cannot be the name of a file");
    }
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) {
        throw UserError("emit.write",
                        "emit: cannot make the folder '" + folder + "': " + error.message());
    }
    const EmittedFiles files{folder + "/lib" + name + ".a", folder + "/" + name + ".h",
                             folder + "/" + name + ".safetensors"};
    const std::string library = library_of(compiled);
    const std::string header = emit::header_text(compiled.artifact);
    emit::FileSet set;
    set.add(files.library, [&](const std::string& path) { write_file(path, bytes_of(library)); });
    set.add(files.header, [&](const std::string& path) { write_file(path, bytes_of(header)); });
    set.add(files.weights, [&](const std::string& path) { write_weights(compiled, path); });
    set.commit();
    return files;
}

}  // namespace lithe
