// Damaged tables of a compiled model: the decoder gives an Artifact or a UserError, nothing else;
// what it gives is encoded and decoded again unchanged. Arguments: seed and count.
#include "runtime/artifact.h"

#include <lithe/lithe.h>

#include "compiler/compiled_model.h"
#include "runtime/artifact_encode.h"
#include "tests/fuzz/bytes.h"

namespace lithe::fuzz {

std::vector<std::string> corpus() {
    std::vector<std::string> files;
    for (const char* inputs : {"x:f32[N=1..4,3]", "x:f32[2,3]"}) {
        for (const bool with_hooks : {true, false}) {
            const CompiledModel model =
                compile(nn::Linear(3, 2), inputs, {.with_hooks = with_hooks});
            const std::vector<std::byte>& bytes = model.compiled().encoded;
            files.emplace_back(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        }
    }
    return files;
}

void try_bytes(std::span<const std::byte> bytes) {
    const artifact::Artifact tables = artifact::decode(bytes);
    const std::vector<std::byte> written = artifact::encode(tables);
    require(artifact::encode(artifact::decode(written)) == written, "another encoding");
}

}  // namespace lithe::fuzz

LITHE_FUZZ_MAIN
