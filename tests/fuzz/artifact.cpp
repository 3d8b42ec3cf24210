// Damaged tables of a compiled model: the decoder gives an Artifact or a UserError, nothing else;
// what it gives is encoded and decoded again unchanged, and passes the check or is refused by it.
// Arguments: seed and count.
#include "runtime/artifact.h"

#include <lithe/lithe.h>

#include "compiler/compiled_model.h"
#include "runtime/artifact_encode.h"
#include "tests/fuzz/bytes.h"

namespace lithe::fuzz {

std::vector<std::string> corpus() {
    std::vector<std::string> files;
    // Loops and branches too: a GRU of any length, and a loop that lasts as long as data say.
    const auto keep = [&](const CompiledModel& model) {
        const std::vector<std::byte>& bytes = model.compiled().encoded;
        files.emplace_back(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    };
    nn::GRU gru(2, 2);
    keep(compile_subject(
        {gru.ptr(),
         [gru](const Tensors& in) mutable { return Tensors{std::get<0>(gru->forward(in[0]))}; }},
        "x:f32[T=1..4,1,2]", {}));
    nn::Identity identity;
    keep(compile_subject({identity.ptr(),
                          [](const Tensors& in) {
                              const Tensors more = while_loop(
                                  [](const Tensors& c) { return c[0].sum() < 9; },
                                  [](const Tensors& c) { return Tensors{c[0] + 1}; }, in);
                              const auto twice = [](const Tensors& x) { return Tensors{x[0] * 2}; };
                              const auto none = [](const Tensors& x) { return x; };
                              return cond(more[0].sum() > 12, twice, none, more);
                          }},
                         "x:f32[3]", {}));
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
    artifact::check(tables);
}

}  // namespace lithe::fuzz

LITHE_FUZZ_MAIN
