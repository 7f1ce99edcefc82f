export {
  type FakeAnswer,
  type FakeHandler,
  type FakeReply,
  type FakeVendor,
  type ReceivedRequest,
  startFakeVendor,
} from '../../simulator/conformance/fake-vendor.ts';
