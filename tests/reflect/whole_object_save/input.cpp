#include <lithe/lithe.h>

using namespace lithe;
namespace torch = lithe;

struct NetImpl : nn::Module {
    nn::Linear fc;
    void store() { save(*this, "net.pt"); }
    void store_part() { save(fc, "fc.pt"); }
};
LITHE_MODULE(Net);

void wrong(Net net, NetImpl& by_reference, std::shared_ptr<NetImpl> pointer) {
    torch::save(net, "net.pt");
    lithe::save(by_reference, "net.pt");
    save(pointer, "net.pt");
    save(*net, "net.pt");
}

void save(Net net, int version);

void right(Net net, Tensor tensor) {
    save(net->state_dict(), "net.pt");
    save(tensor, "tensor.pt");
    ::save(net, 3);
}
