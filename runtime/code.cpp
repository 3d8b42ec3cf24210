#include "runtime/code.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "runtime/cpu.h"
#include "runtime/error.h"
#include "runtime/nearest.h"
#include "runtime/text.h"

namespace lithe {

Code::Code(const lithe_artifact& compiled) {
    const lithe_artifact* table = &compiled;
    decode(*table);
    while (table->next != nullptr && !runs_on_this_cpu(artifact_.target)) {
        table = table->next;
        decode(*table);
    }
    check_cpu(artifact_.target);
    if (reinterpret_cast<uintptr_t>(constants_) % 64 != 0) {
        constants_copy_ = AlignedMemory(constants_bytes_);
        std::memcpy(constants_copy_.data(), constants_, constants_bytes_);
        constants_ = constants_copy_.data();
    }
    sizes_.emplace(artifact_);
}

void Code::decode(const lithe_artifact& compiled) {
    artifact_ = {};
    if (compiled.magic != lithe_artifact_magic) {
        throw UserError("model.artifact", "model: this is not a compiled model of lithe's");
    }
    encoded_ = {reinterpret_cast<const std::byte*>(compiled.bytes),
                static_cast<size_t>(compiled.size_bytes)};
    const std::span<const std::byte> constants = decode_in_place(encoded_, artifact_);
    check(artifact_, constants.size());
    kernels_ = {compiled.kernels, static_cast<size_t>(compiled.kernel_count)};
    if (kernels_.size() != artifact_.kernels.size()) {
        throw UserError("model.artifact",
                        concat({"model: the tables name ", std::to_string(artifact_.kernels.size()),
                                " kernels, ", std::to_string(kernels_.size()), " are linked"}));
    }

    constants_ = constants.data();
    constants_bytes_ = constants.size();
}

const artifact::Plan* Code::plan(std::string_view name) const {
    for (const artifact::Plan& plan : artifact_.plans) {
        if (plan.name == name) return &plan;
    }
    return nullptr;
}

int32_t Code::module(std::string_view path, std::string_view id, std::string_view what) const {
    std::vector<std::string_view> known;
    for (size_t i = 0; i < artifact_.modules.size(); ++i) {
        const artifact::Module& module = artifact_.modules[i];
        const auto& aliases = module.aliases;
        if (module.path == path || std::count(aliases.begin(), aliases.end(), path) > 0) {
            return static_cast<int32_t>(i);
        }
        known.push_back(module.path);
        known.insert(known.end(), aliases.begin(), aliases.end());
    }
    throw UserError(id, concat({what, ": no module ", quote(path), did_you_mean(path, known)}));
}

}  // namespace lithe
