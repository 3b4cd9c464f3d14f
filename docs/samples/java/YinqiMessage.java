// Signs a request and verifies a reply with nothing but the JDK (17 or newer); no class path is needed:
//
//     java YinqiMessage.java sign   erp01.key erp01.crt request.xml > signed.xml
//     java YinqiMessage.java verify gateway.crt reply.xml
//
// The key is PKCS#8 PEM, RSA or P-256 (the JDK has no SM2). `request.xml` is a whole Message without Signature.
// `verify` prints the RequestId, the Result and the Code, and ends with 0, or says what is wrong and ends with 1.

import java.io.File;
import java.io.FileInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import javax.xml.crypto.AlgorithmMethod;
import javax.xml.crypto.KeySelector;
import javax.xml.crypto.KeySelectorException;
import javax.xml.crypto.KeySelectorResult;
import javax.xml.crypto.XMLCryptoContext;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.SignedInfo;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.crypto.dsig.keyinfo.KeyInfo;
import javax.xml.crypto.dsig.keyinfo.KeyInfoFactory;
import javax.xml.crypto.dsig.keyinfo.X509Data;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

public class YinqiMessage {
    static final String ENVELOPE = "urn:yinqi:envelope:1";
    static final String RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
    static final String ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
    static final XMLSignatureFactory SIGNATURES = XMLSignatureFactory.getInstance("DOM");

    public static void main(String[] args) throws Exception {
        if (args.length == 4 && args[0].equals("sign")) {
            sign(Path.of(args[1]), args[2], args[3]);
        } else if (args.length == 3 && args[0].equals("verify")) {
            verify(args[1], args[2]);
        } else {
            System.err.println("sign KEY CERTIFICATE REQUEST | verify GATEWAY-CERTIFICATES REPLY");
            System.exit(2);
        }
    }

    static void sign(Path keyFile, String certificateFile, String requestFile) throws Exception {
        Document request = parse(requestFile);
        X509Certificate certificate = certificates(certificateFile).get(0);
        boolean rsa = certificate.getPublicKey().getAlgorithm().equals("RSA");

        // Exactly one reference to the whole document, exactly these two transforms, in this order.
        List<Transform> transforms = List.of(
            SIGNATURES.newTransform(Transform.ENVELOPED, (TransformParameterSpec) null),
            SIGNATURES.newTransform(CanonicalizationMethod.EXCLUSIVE, (TransformParameterSpec) null));
        Reference reference = SIGNATURES.newReference(
            "", SIGNATURES.newDigestMethod(DigestMethod.SHA256, null), transforms, null, null);
        SignedInfo signedInfo = SIGNATURES.newSignedInfo(
            SIGNATURES.newCanonicalizationMethod(CanonicalizationMethod.EXCLUSIVE, (C14NMethodParameterSpec) null),
            SIGNATURES.newSignatureMethod(rsa ? RSA_SHA256 : ECDSA_SHA256, null),
            Collections.singletonList(reference));
        KeyInfoFactory keys = SIGNATURES.getKeyInfoFactory();
        KeyInfo keyInfo = keys.newKeyInfo(List.of(keys.newX509Data(List.of(certificate))));

        // The context appends the signature as the last child of Message, which is where it belongs.
        DOMSignContext context = new DOMSignContext(privateKey(keyFile, rsa), request.getDocumentElement());
        context.setDefaultNamespacePrefix("ds");
        SIGNATURES.newXMLSignature(signedInfo, keyInfo).sign(context);
        TransformerFactory.newInstance().newTransformer()
            .transform(new DOMSource(request), new StreamResult(System.out));
    }

    static void verify(String gatewayFile, String replyFile) throws Exception {
        Document reply = parse(replyFile);
        Element message = reply.getDocumentElement();
        require(ENVELOPE.equals(message.getNamespaceURI()) && "Message".equals(message.getLocalName()), "no Message");
        Element last = lastElement(message);
        require(XMLSignature.XMLNS.equals(last.getNamespaceURI()) && "Signature".equals(last.getLocalName()),
            "the last element of Message is no Signature");

        // Only a certificate of the gateway counts, whatever the reply brings along, and only at the reply's own time.
        Date sentAt = Date.from(OffsetDateTime.parse(text(message, "SentAt")).toInstant());
        DOMValidateContext context = new DOMValidateContext(new GatewayKeys(certificates(gatewayFile), sentAt), last);
        XMLSignature signature = SIGNATURES.unmarshalXMLSignature(context);
        requireWholeMessage(signature.getSignedInfo());
        require(signature.validate(context), "the signature is wrong");
        System.out.println(text(message, "RequestId") + " " + text(message, "Result") + " " + text(message, "Code"));
    }

    // A signature proves only what it refers to: the whole document, and nothing taken out but the signature itself.
    static void requireWholeMessage(SignedInfo signedInfo) {
        require(signedInfo.getReferences().size() == 1, "there must be one reference");
        Reference reference = signedInfo.getReferences().get(0);
        List<String> transforms = reference.getTransforms().stream().map(AlgorithmMethod::getAlgorithm).toList();
        require("".equals(reference.getURI()), "the reference is not to the whole message");
        require(transforms.equals(List.of(Transform.ENVELOPED, CanonicalizationMethod.EXCLUSIVE)), "other transforms");
    }

    static final class GatewayKeys extends KeySelector {
        private final List<X509Certificate> trusted;
        private final Date at;

        GatewayKeys(List<X509Certificate> trusted, Date at) {
            this.trusted = trusted;
            this.at = at;
        }

        @Override
        public KeySelectorResult select(KeyInfo info, Purpose purpose, AlgorithmMethod method, XMLCryptoContext context)
                throws KeySelectorException {
            for (Object content : info == null ? List.of() : info.getContent()) {
                for (Object item : content instanceof X509Data data ? data.getContent() : List.of()) {
                    if (item instanceof X509Certificate shown && trusted.contains(shown)) {
                        require(!at.before(shown.getNotBefore()) && !at.after(shown.getNotAfter()),
                            "the gateway's certificate was not valid when the reply was sent");
                        Key key = shown.getPublicKey();
                        return () -> key;
                    }
                }
            }
            throw new KeySelectorException("the reply is not signed with a certificate of the gateway");
        }
    }

    static Document parse(String file) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder().parse(new File(file));
    }

    static List<X509Certificate> certificates(String file) throws Exception {
        List<X509Certificate> found = new ArrayList<>();
        try (InputStream in = new FileInputStream(file)) {
            CertificateFactory.getInstance("X.509").generateCertificates(in)
                .forEach(certificate -> found.add((X509Certificate) certificate));
        }
        return found;
    }

    static PrivateKey privateKey(Path file, boolean rsa) throws Exception {
        String base64 = Files.readString(file).replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
        return KeyFactory.getInstance(rsa ? "RSA" : "EC")
            .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
    }

    static Element lastElement(Element parent) {
        Node node = parent.getLastChild();
        while (node != null && node.getNodeType() != Node.ELEMENT_NODE) {
            node = node.getPreviousSibling();
        }
        require(node != null, "Message is empty");
        return (Element) node;
    }

    // The first element of that name in the envelope's namespace: the head comes before the body.
    static String text(Element message, String name) {
        Node found = message.getElementsByTagNameNS(ENVELOPE, name).item(0);
        require(found != null, "there is no " + name);
        return found.getTextContent();
    }

    static void require(boolean holds, String fault) {
        if (!holds) {
            System.err.println(fault);
            System.exit(1);
        }
    }
}
